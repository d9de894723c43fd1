import type { Job, Line } from './job.ts'
import { isFlat, type Trend, trendOf } from './memory.ts'
import { soakInProcess } from './process.ts'
import { WAYS } from './words.ts'

/** A remaining time shorter than this, in minutes, is not soaked. */
const SHORTEST = 0.05
/** One abort is allowed for so many deaths by memory, and one more: V8 sometimes ends the whole process. */
const DEATHS_PER_ABORT = 20

/** Shorter runs are not judged, in minutes: the heap warms up for some minutes. */
const SHORTEST_JUDGED = 5

/**
 * The allowed growth as a share of the mean, see `isFlat`. The rest that an ended thread leaves with the
 * allocator varies more than the heap.
 */
const FLAT = { heap: 0.03, rss: 0.1 } as const

export interface Grown {
  readonly what: 'heap' | 'rss'
  readonly trend: Trend
  readonly isFlat: boolean
}

export interface Outcome {
  /** The sums over all processes. */
  readonly total: Line | undefined
  /** The trends of the longest process that was judged. */
  readonly memory: readonly Grown[]
  /** The reasons why Node, V8 or the system ended processes. Another process went on each time. */
  readonly aborts: readonly string[]
  readonly faults: readonly string[]
}

/** Soaks in one process. After an abort by Node another process soaks for the rest of the time. */
export async function soakFor(job: Job, onLine: (line: Line) => void): Promise<Outcome> {
  const aborts: string[] = []
  const faults: string[] = []
  let memory: Grown[] = []
  let judged = 0
  let total: Line | undefined
  const start = performance.now()
  // The whole time remains until there is a first balance: an aborted process of a short soak may leave
  // nothing.
  const left = () => (total?.periods ? job.minutes - (performance.now() - start) / 60_000 : job.minutes)
  for (let minutes = job.minutes; minutes > SHORTEST; minutes = left()) {
    const before = total
    const add = (line: Line) => (before === undefined ? line : sumOf(before, line))
    const part = { ...job, minutes, seed: job.seed + aborts.length * 1000 }
    const { last, rss, heap, failure, abort } = await soakInProcess(part, (line) => onLine(add(line)))
    if (last !== undefined) total = add(last)
    if (failure !== undefined) faults.push(failure)
    if (rss.length > judged) {
      judged = rss.length
      memory = [grown('heap', heap), grown('rss', rss)].flatMap((each) => each ?? [])
    }
    if (abort === undefined) break
    aborts.push(abort)
    const allowed = 1 + Math.floor((total?.deaths.memory ?? 0) / DEATHS_PER_ABORT)
    if (aborts.length > allowed) {
      faults.push(`Node ended ${aborts.length} processes, at most ${allowed} may`)
      break
    }
  }
  for (const { what, trend, isFlat } of memory) {
    if (isFlat) continue
    const [by, mean] = [trend.growth - trend.doubt, trend.mean].map((bytes) => (bytes / 2 ** 20).toFixed(2))
    faults.push(
      `${what} is not flat: it grew by at least ${by} MB of ${mean} MB in ${trend.minutes.toFixed(1)} min`,
    )
  }
  return { total, memory, aborts, faults }
}

function grown(what: 'heap' | 'rss', samples: Parameters<typeof trendOf>[0]): Grown | undefined {
  const trend = trendOf(samples)
  if (trend === undefined || trend.minutes < SHORTEST_JUDGED) return undefined
  return { what, trend, isFlat: isFlat(trend, FLAT[what]) }
}

const COUNTS = [
  ...['items', 'duplicates', 'held', 'lost', 'unexpected', 'excess', 'letters', 'dropped', 'missedWakes'],
  ...['periods', 'shortLived'],
] as const

function sumOf(before: Line, line: Line): Line {
  const sums = Object.fromEntries(
    COUNTS.map((name) => [
      name,
      (before[name as keyof Line] as number) + (line[name as keyof Line] as number),
    ]),
  )
  const deaths = Object.fromEntries(
    WAYS.map((way) => [way, before.deaths[way] + line.deaths[way]]),
  ) as Line['deaths']
  return { ...line, ...sums, deaths, minute: before.minute + line.minute }
}
