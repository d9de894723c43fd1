import { parseArgs } from 'node:util'
import build from './support/build.ts'
import { KINDS, type Kind } from './support/queues.ts'
import { SOUND, type StressOptions, stress } from './support/stress.ts'

/**
 * The long runs: `npx tsx test/stress.ts --items 10000000 --capacity 64`. Without `--items`, all of them.
 * `--kind fifo|lifo|priority`: fifo, and without `--items` the runs of each; `--start 2147480000` begins at that
 * position; `--producers`, `--consumers`: 4 each.
 */
const { values } = parseArgs({
  options: {
    kind: { type: 'string' },
    items: { type: 'string' },
    capacity: { type: 'string' },
    start: { type: 'string' },
    producers: { type: 'string' },
    consumers: { type: 'string' },
  },
})

const MANY = 10_000_000
const FEW = 500_000
const all: Record<Kind, readonly StressOptions[]> = {
  fifo: [
    { items: MANY, capacity: 64 },
    { items: MANY, capacity: 1024 },
    ...[1, 2, 3].map((capacity) => ({ items: FEW, capacity })),
    ...[2 ** 30, 2 ** 31].flatMap((wrap) => [
      { items: MANY, capacity: 64, start: wrap - 64 },
      { items: FEW, capacity: 3, start: wrap - 3 },
    ]),
  ],
  lifo: [1, 7, 1024].map((capacity) => ({ kind: 'lifo', items: 5_000_000, capacity })),
  priority: [1, 7, 1024].map((capacity) => ({ kind: 'priority', items: 5_000_000, capacity })),
}

const kinds = KINDS.filter((kind) => values.kind === undefined || values.kind === kind)
if (kinds.length === 0) throw new Error(`--kind ${values.kind}: one of ${KINDS.join(', ')}`)
const runs =
  values.items === undefined
    ? kinds.flatMap((kind) => all[kind])
    : [
        {
          ...(values.kind === undefined ? {} : { kind: kinds[0] as Kind }),
          items: Number(values.items),
          capacity: Number(values.capacity ?? 64),
          start: Number(values.start ?? 0),
          producers: Number(values.producers ?? 4),
          consumers: Number(values.consumers ?? 4),
        },
      ]

build()
for (const run of runs) {
  const result = await stress({ ...run, maxSleepMs: 3_600_000 })
  const wrong = Object.entries(SOUND).filter(([key, value]) => result[key as keyof typeof SOUND] !== value)
  const rate = Math.round(result.got / (result.ms / 1000)).toLocaleString('en')
  process.stdout.write(
    `${JSON.stringify(run)}: ${result.got} items in ${(result.ms / 1000).toFixed(1)} s, ${rate}/s, ` +
      `shares ${result.shares.join(' ')}: ${wrong.length === 0 ? 'sound' : `WRONG ${JSON.stringify(wrong)}`}\n`,
  )
  if (wrong.length > 0) process.exitCode = 1
}
