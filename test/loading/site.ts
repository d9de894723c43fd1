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

/** The Nodes to test with: MILLRACE_NODES, or the one that runs the tests. */
export const nodes = (process.env.MILLRACE_NODES ?? process.execPath).split(delimiter).map((path) => {
  const asked = execFileSync(path, ['-p', '[process.version, !!process.features.typescript].join()'], {
    encoding: 'utf8',
    timeout: 10_000,
  })
  const [version = '', strips] = asked.trim().split(',')
  return { path, version, strips: strips === 'true' }
})

export const isWholeMatrix = process.env.MILLRACE_NODES !== undefined

/** ms, for each child process. */
export const DEADLINE = isWholeMatrix ? 240_000 : 50_000

export interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/**
 * A folder as an installation would leave it: node_modules with millrace, a copy, so that it finds nothing of this
 * repository, and with the named packages; the given files, by their paths.
 */
export class Site {
  readonly root: string

  constructor(packages: readonly string[], files: Readonly<Record<string, string>>) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-loading-')))
    const millrace = join(this.root, 'node_modules/millrace')
    cpSync(join(repository, 'dist'), join(millrace, 'dist'), { recursive: true })
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

  /** Compiles the TypeScript of the folder `from` to the folder `to`, for the package there. */
  compile(from: string, to: string): void {
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

  /** Runs `node` in `folder`, without what this process's own runner says in the environment. */
  run(node: string, folder: string, args: readonly string[], variables = {}): Promise<Ended> {
    const env: NodeJS.ProcessEnv = { ...process.env, NODE_NO_WARNINGS: '1', ...variables }
    for (const name of Object.keys(env)) if (/^(?:VITE|NODE_OPTIONS|NODE_ENV)/.test(name)) delete env[name]
    Object.assign(env, variables)
    return new Promise((resolve) => {
      execFile(
        node,
        args,
        { cwd: this.path(folder), env, timeout: DEADLINE, killSignal: 'SIGKILL' },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : error.killed ? 'killed' : (error.code ?? 'killed')
          resolve({ code, stdout, stderr })
        },
      )
    })
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
