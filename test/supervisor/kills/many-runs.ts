import { SITES } from './library.ts'
import type { ManyJob, Snapshot } from './many.ts'
import { runProcess } from './processes.ts'

/** Growth of the heap in bytes, from the first half of the runs on: V8 goes on compiling for long. */
const MOST_GROWTH = 2 * 2 ** 20

export interface ManyRuns {
  readonly snapshots: readonly Snapshot[]
  /** ms from the line after the last join to the exit of the process, as its parent sees them. */
  readonly exit: number
}

/** Starts many supervisors in one process, each of four kept threads. Rejects if anything is left. */
export async function startMany(runs: number): Promise<ManyRuns> {
  const job: ManyJob = { sites: SITES, runs }
  const { output, errors, code, sinceLastLine } = await runProcess('many.ts', job, 60_000 + runs * 1000, [
    '--expose-gc',
  ])
  const lines = output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Snapshot]))
  if (code !== 0 || !('joined' in (lines.at(-1) ?? {})))
    throw new Error(`many.ts ended with ${code}: ${errors}`)
  return { snapshots: lines.slice(0, -1), exit: sinceLastLine }
}

/** Returns the figures as text. @throws if the number of handles, listeners or threads has grown */
export async function manyRuns(runs: number): Promise<string[]> {
  const { snapshots, exit } = await startMany(runs)
  const lines = snapshots.map(({ run, rss, heap, external, ...rest }) => {
    const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
    return `after ${run} runs: rss ${mb(rss)} MB, heap ${mb(heap)} MB, external ${mb(external)} MB, ${JSON.stringify(rest)}`
  })
  const grown = growth(snapshots)
  if (grown !== undefined) throw new Error(`${grown}\n${lines.join('\n')}`)
  return [...lines, `from the last join to the exit of the process: ${exit.toFixed(0)} ms`]
}

/** The resources that have grown from the first runs to the last; undefined if none has. */
export function growth(snapshots: readonly Snapshot[]): string | undefined {
  const [first] = snapshots
  const last = snapshots.at(-1)
  if (first === undefined || last === undefined) return 'no snapshots'
  for (const key of ['resources', 'listeners'] as const) {
    if (JSON.stringify(first[key]) !== JSON.stringify(last[key])) return `${key} are not what they were`
  }
  if (last.threads - last.idle > first.threads - first.idle) return 'threads are not what they were'
  const heap = last.heap - (snapshots[1]?.heap ?? last.heap)
  return heap > MOST_GROWTH ? `the heap has grown by ${heap} bytes` : undefined
}
