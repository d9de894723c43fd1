import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A channel of another language. */
export interface NativeRival {
  readonly name: string
  /** The program that must be installed. */
  readonly toolchain: string
  /** Items of a round: it takes about a quarter of a second on an idle machine. */
  readonly items: number
  /** Builds in `folder`, a copy of the sources. Returns the command that runs it. */
  build(folder: string): readonly string[]
}

/** A rival's command, or a line that says why there is none. */
export type Built = { readonly command: readonly string[] } | { readonly failure: string }

const SOURCES = fileURLToPath(new URL('./native', import.meta.url))
/** Debian installs crates there; elsewhere cargo asks its own registry. */
const DEBIAN_CRATES = '/usr/share/cargo/registry'

export const NATIVE_RIVALS: readonly NativeRival[] = [
  {
    name: 'Go channel',
    toolchain: 'go',
    items: 3_000_000,
    build(folder) {
      run('go', ['build', '-o', 'rival', 'main.go'], join(folder, 'go'))
      return [join(folder, 'go', 'rival')]
    },
  },
  {
    name: 'crossbeam-channel',
    toolchain: 'cargo',
    items: 4_000_000,
    build(folder) {
      const hasCrates =
        existsSync(DEBIAN_CRATES) &&
        readdirSync(DEBIAN_CRATES).some((name) => name.startsWith('crossbeam-channel'))
      const local = [
        '--offline',
        ...['--config', 'source.crates-io.replace-with="debian"'],
        ...['--config', `source.debian.directory="${DEBIAN_CRATES}"`],
      ]
      run('cargo', ['build', '--release', '--quiet', ...(hasCrates ? local : [])], join(folder, 'crossbeam'))
      return [join(folder, 'crossbeam', 'target', 'release', 'rival')]
    },
  },
  {
    name: 'Java ArrayBlockingQueue',
    toolchain: 'javac',
    items: 1_000_000,
    build(folder) {
      run('javac', ['Rival.java'], join(folder, 'java'))
      run('java', ['-version'], folder)
      return ['java', '-cp', join(folder, 'java'), 'Rival']
    },
  },
  {
    name: 'Python queue.Queue',
    toolchain: 'python3',
    items: 60_000,
    build(folder) {
      run('python3', ['--version'], folder)
      return ['python3', join(folder, 'python', 'rival.py')]
    },
  },
]

const built = new Map<NativeRival, Built>()

/** The command of a rival, built if it was not yet. */
export function builtOf(rival: NativeRival): Built {
  const known = built.get(rival)
  if (known !== undefined) return known
  const made = build(rival)
  built.set(rival, made)
  return made
}

function build(rival: NativeRival): Built {
  const folder = join(tmpdir(), `millrace-bench-${process.pid}`)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  try {
    mkdirSync(folder, { recursive: true })
    cpSync(SOURCES, folder, { recursive: true })
    return { command: rival.build(folder) }
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    const isMissing = code === 'ENOENT'
    const why = isMissing
      ? `${path ?? rival.toolchain} is not installed`
      : message.trim().replaceAll('\n', ' ')
    return { failure: `${rival.name} is left out: ${why}` }
  }
}

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 })
}
