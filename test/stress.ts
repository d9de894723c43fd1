import { parseArgs } from 'node:util'
import build from './support/build.ts'
import { SOUND, stress } from './support/stress.ts'

/**
 * The long runs: `npx tsx test/stress.ts --items 10000000 --capacity 64`. Without options, all of them.
 * `--start 2147480000` begins at that position; `--producers`, `--consumers`: 4 each.
 */
const { values } = parseArgs({
  options: {
    items: { type: 'string' },
    capacity: { type: 'string' },
    start: { type: 'string' },
    producers: { type: 'string' },
    consumers: { type: 'string' },
  },
})

const MANY = 10_000_000
const FEW = 500_000
const runs =
  values.items === undefined
    ? [
        { items: MANY, capacity: 64 },
        { items: MANY, capacity: 1024 },
        ...[1, 2, 3].map((capacity) => ({ items: FEW, capacity })),
        ...[2 ** 30, 2 ** 31].flatMap((wrap) => [
          { items: MANY, capacity: 64, start: wrap - 64 },
          { items: FEW, capacity: 3, start: wrap - 3 },
        ]),
      ]
    : [
        {
          items: Number(values.items),
          capacity: Number(values.capacity ?? 64),
          start: Number(values.start ?? 0),
          producers: Number(values.producers ?? 4),
          consumers: Number(values.consumers ?? 4),
        },
      ]

build()
for (const run of runs) {
  const result = await stress({ ...run, patience: 3_600_000 })
  const wrong = Object.entries(SOUND).filter(([key, value]) => result[key as keyof typeof SOUND] !== value)
  const rate = Math.round(result.got / (result.ms / 1000)).toLocaleString('en')
  process.stdout.write(
    `${JSON.stringify(run)}: ${result.got} items in ${(result.ms / 1000).toFixed(1)} s, ${rate}/s, ` +
      `shares ${result.shares.join(' ')}: ${wrong.length === 0 ? 'sound' : `WRONG ${JSON.stringify(wrong)}`}\n`,
  )
  if (wrong.length > 0) process.exitCode = 1
}
