import type { Job, Line } from './job.ts'
import type { Outcome } from './soak.ts'
import { WAYS } from './words.ts'

const MB = 2 ** 20
const mb = (bytes: number) => (bytes / MB).toFixed(1)

const COLUMNS: readonly (readonly [title: string, width: number, of: (line: Line) => number | string])[] = [
  ['minute', 6, ({ minute }) => minute.toFixed(1)],
  ['items', 11, ({ items }) => items],
  ['items/s', 8, ({ perSecond }) => perSecond],
  ...WAYS.map((way) => [way, Math.max(6, way.length), ({ deaths }: Line) => deaths[way]] as const),
  ['dup', 6, ({ duplicates }) => duplicates],
  ['held', 6, ({ held }) => held],
  ['lost', 4, ({ lost }) => lost],
  ['unexp', 5, ({ unexpected }) => unexpected],
  ['excess', 6, ({ excess }) => excess],
  // A queue or thread that makes no progress ends the soak.
  ['stuck', 5, () => 0],
  ['missed', 7, ({ missedWakes }) => missedWakes],
  ['letters', 8, ({ letters }) => letters],
  ['dropped', 8, ({ dropped }) => dropped],
  ['RSS', 7, ({ rss }) => mb(rss)],
  ['heap', 6, ({ heap }) => mb(heap)],
  ['ext', 6, ({ external }) => mb(external)],
  ['buffers', 7, ({ arrayBuffers }) => mb(arrayBuffers)],
  ['threads', 7, ({ threads }) => threads],
  ['handles', 7, ({ handles }) => handles],
]

export function header(): string[] {
  return [
    'items: items in balances; then deaths by way; held: items that the dead held; dup: their further deliveries;',
    'missed: missed wakes; RSS, heap (after a collection, without code), external, buffers: MB',
    COLUMNS.map(([title, width]) => title.padStart(width)).join(' '),
  ]
}

export function rowOf(line: Line): string {
  return COLUMNS.map(([, width, of]) => String(of(line)).padStart(width)).join(' ')
}

export function verdictLines({ total, memory, aborts, faults }: Outcome, job: Job): string[] {
  const deaths = WAYS.reduce((sum, way) => sum + (total?.deaths[way] ?? 0), 0)
  return [
    ...aborts.map((abort) => `Node ended the process, not the soak: ${abort}`),
    `${total?.periods ?? 0} balances of the long-lived queues, ${total?.shortLived ?? 0} of short-lived queues; ${total?.items ?? 0} items, ${deaths} deaths`,
    ...memory.map(({ what, trend, isFlat }) => {
      const [slope, growth, doubt] = [trend.slope, trend.growth, trend.doubt].map((bytes) =>
        (bytes / 1024).toFixed(0),
      )
      const verdict = isFlat ? 'flat' : 'NOT FLAT'
      return (
        `${what}: ${slope} KB a minute, ${growth} ± ${doubt} KB in the last ${trend.minutes.toFixed(1)} min, ` +
        `mean ${mb(trend.mean)} MB: ${verdict}`
      )
    }),
    ...(memory.length === 0 ? ['memory: too short to judge'] : []),
    ...faults,
    ...(faults.length === 0
      ? ['sound: nothing lost, nothing unexpected, nothing stuck']
      : [`FAILED; again with: npm run soak -- ${replayOf(job)}`]),
  ]
}

function replayOf({ minutes, deathsPerSecond, threads, seed, sabotage }: Job): string {
  const options = `--minutes ${minutes} --deaths-per-second ${deathsPerSecond} --threads ${threads} --seed ${seed}`
  return sabotage === undefined ? options : `${options} --sabotage ${sabotage}`
}
