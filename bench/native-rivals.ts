import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { WorkerSet } from './scenarios/scenario.ts'
import type { Topology } from './scenarios/topology.ts'

/** A channel of another language. */
export interface NativeRival {
  readonly name: string
  /** The program that must be installed. */
  readonly toolchain: string
  /** Builds in `folder`, a copy of the sources. Returns the path of the program. */
  build(folder: string): string
}

const SOURCES = fileURLToPath(new URL('./native', import.meta.url))
/** Debian installs crates there; elsewhere cargo asks its own registry. */
const DEBIAN_CRATES = '/usr/share/cargo/registry'
const ROUND_DEADLINE_MS = 60_000

export const NATIVE_RIVALS: readonly NativeRival[] = [
  {
    name: 'Go channel',
    toolchain: 'go',
    build(folder) {
      run('go', ['build', '-o', 'rival', 'main.go'], join(folder, 'go'))
      return join(folder, 'go', 'rival')
    },
  },
  {
    name: 'crossbeam-channel',
    toolchain: 'cargo',
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
      return join(folder, 'crossbeam', 'target', 'release', 'rival')
    },
  },
]

type Built = { readonly program: string } | { readonly failure: string }

const built = new Map<NativeRival, Built>()

/** The program of a rival, built if it was not yet; undefined, after a line to `leaveOut`, if it cannot be. */
export function programOf(rival: NativeRival, leaveOut: (line: string) => void): string | undefined {
  if (!built.has(rival)) built.set(rival, build(rival))
  const result = built.get(rival) as Built
  if ('failure' in result) leaveOut(result.failure)
  return 'program' in result ? result.program : undefined
}

function build(rival: NativeRival): Built {
  const folder = join(tmpdir(), `millrace-bench-${process.pid}`)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  try {
    mkdirSync(folder, { recursive: true })
    cpSync(SOURCES, folder, { recursive: true })
    return { program: rival.build(folder) }
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = isMissing ? `${rival.toolchain} is not installed` : (error as Error).message
    return { failure: `${rival.name} is left out: ${why}` }
  }
}

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 })
}

/** A rival's process. Each round makes its channel and threads anew, which takes less than a millisecond. */
export async function startNative(
  program: string,
  { producers, consumers }: Topology,
  items: number,
): Promise<WorkerSet> {
  const child = spawn(program, [producers, consumers, items].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child, 'spawn')
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    async round() {
      child.stdin.write('\n')
      const deadline = setTimeout(() => child.kill('SIGKILL'), ROUND_DEADLINE_MS)
      const { done, value } = await answers.next()
      clearTimeout(deadline)
      if (done) throw new Error(`${program} has ended in a round: items were lost, or it took too long`)
      return Number(value)
    },
    async stop() {
      child.stdin.end()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
