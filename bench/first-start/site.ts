import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ROOT } from '../paths.ts'

const DEADLINE_MS = 60_000
const FILES = ['program', 'work']

/**
 * An installation: the programs of this folder, each as JavaScript and as TypeScript, and in `node_modules`
 * what the package holds that runs, with its dependencies and the rivals.
 */
export class Site {
  readonly #root = mkdtempSync(join(tmpdir(), 'millrace-first-start-'))
  readonly #tsx = join(this.#root, 'node_modules/tsx/dist/loader.mjs')

  constructor() {
    const millrace = join(this.#root, 'node_modules/millrace')
    for (const path of ['lib', 'package.json'])
      cpSync(join(ROOT, path), join(millrace, path), { recursive: true })
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    for (const name of new Set([...Object.keys(dependencies), 'piscina', 'tsx'])) {
      const link = join(this.#root, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', name), link, 'junction')
    }
    for (const file of FILES) {
      const source = fileURLToPath(new URL(`${file}.mjs`, import.meta.url))
      cpSync(source, join(this.#root, `${file}.mjs`))
      cpSync(source, join(this.#root, `${file}.mts`))
    }
  }

  /** The number that the program prints for these arguments, run in a process of its own. */
  run(isTypeScript: boolean, args: readonly string[]): Promise<number> {
    const tsx = isTypeScript ? ['--import', pathToFileURL(this.#tsx).href] : []
    const file = join(this.#root, isTypeScript ? 'program.mts' : 'program.mjs')
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        [...tsx, file, ...args],
        { cwd: this.#root, timeout: DEADLINE_MS, killSignal: 'SIGKILL' },
        (error, stdout, stderr) =>
          error === null ? resolve(Number(stdout)) : reject(new Error(`${args.join(' ')}: ${stderr}`)),
      )
    })
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }
}
