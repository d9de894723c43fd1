import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** The versions of Node to test with: those in MILLRACE_NODES, or the one that runs the tests. */
export const nodes = (process.env.MILLRACE_NODES ?? process.execPath).split(delimiter).map((path) => {
  const asked = execFileSync(path, ['-p', '[process.version, !!process.features.typescript].join()'], {
    encoding: 'utf8',
    timeout: 10_000,
  })
  const [version = '', strips] = asked.trim().split(',')
  return { path, version, strips: strips === 'true' }
})

export const isWholeMatrix = process.env.MILLRACE_NODES !== undefined

/** The longest time that a child process may take. */
export const DEADLINE_MS = isWholeMatrix ? 240_000 : 50_000

/**
 * Node 20 aborts if V8 still compiles a function of a thread that ends, and that compilation starts a garbage
 * collection (5 of 150 programs that ended 16 threads with a loader, on 2 cores with three at once).
 */
const NODE_ABORT = /node_platform\.cc:\d+\s+# {2}Assertion failed: \(data\.first\) != nullptr/
const MAX_TRIES = 3

export interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/**
 * A folder like that of an installation. Its node_modules holds the named packages and a copy of millrace,
 * which finds nothing of this repository. It also holds the given files, by their paths.
 */
export class Site {
  readonly root: string

  constructor(packages: readonly string[], files: Readonly<Record<string, string>>) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-loading-')))
    const millrace = join(this.root, 'node_modules/millrace')
    for (const built of ['dist', 'lib'])
      cpSync(join(repository, built), join(millrace, built), { recursive: true })
    cpSync(join(repository, 'package.json'), join(millrace, 'package.json'))
    const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    for (const name of [...Object.keys(dependencies), ...packages]) {
      const link = join(this.root, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(repository, 'node_modules', name), link, 'junction')
    }
    for (const [path, text] of Object.entries(files)) this.write(path, text)
  }

  path(file: string): string {
    return join(this.root, file)
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text)
  }

  /**
   * Compiles the TypeScript in the folder `from` to the folder `to`, which is a package. `more`: further
   * options of the compiler.
   */
  compile(from: string, to: string, more: object = {}): void {
    cpSync(this.path(`${from}/package.json`), this.path(`${to}/package.json`))
    this.write(
      `${from}/tsconfig.json`,
      JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'nodenext',
          rootDir: '.',
          outDir: `../${to}`,
          noCheck: true,
          rewriteRelativeImportExtensions: true,
          types: [],
          ...more,
        },
        include: ['.'],
        exclude: ['**/*.test.ts', '**/tla.ts'],
      }),
    )
    execFileSync(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', '.'], {
      cwd: this.path(from),
      stdio: 'pipe',
      timeout: 60_000,
    })
    rmSync(this.path(`${from}/tsconfig.json`))
  }

  /**
   * Runs `node` in `folder`. The variables of this process's own test runner are left out. A run in which
   * Node itself has aborted is made again.
   */
  async run(node: string, folder: string, args: readonly string[], variables = {}): Promise<Ended> {
    for (let tries = 1; ; tries++) {
      const ended = await this.#runOnce(node, folder, args, variables)
      if (tries === MAX_TRIES || !NODE_ABORT.test(ended.stderr)) return ended
    }
  }

  #runOnce(node: string, folder: string, args: readonly string[], variables: object): Promise<Ended> {
    const env: NodeJS.ProcessEnv = { ...process.env, NODE_NO_WARNINGS: '1', ...variables }
    for (const name of Object.keys(env)) if (/^(?:VITE|NODE_OPTIONS|NODE_ENV)/.test(name)) delete env[name]
    Object.assign(env, variables)
    return new Promise((resolve) => {
      execFile(
        node,
        args,
        { cwd: this.path(folder), env, timeout: DEADLINE_MS, killSignal: 'SIGKILL' },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : error.killed ? 'killed' : (error.code ?? error.signal ?? 'killed')
          resolve({ code, stdout, stderr })
        },
      )
    })
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
