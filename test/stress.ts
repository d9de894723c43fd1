import { choice, integer, main, script } from '../scripts/command-line.ts'
import build from './support/build.ts'
import { KINDS, type Kind } from './support/queues.ts'
import { SOUND, type StressOptions, stress } from './support/stress.ts'

const SCRIPT = script({
  command: 'npx tsx test/stress.ts',
  does:
    'Sends numbers through a queue from producers to consumers in threads of their own. Each number must arrive ' +
    'exactly once. Without --items, all the long runs are made.',
  options: {
    kind: choice('kind of the queue', KINDS, 'every kind without --items, else fifo'),
    items: integer('items of one run', {
      min: 1,
      max: 1_000_000_000,
      fallback: ['all the long runs', () => undefined],
    }),
    capacity: integer('maxsize of the queue; goes with --items', { min: 1, max: 1_000_000, fallback: 64 }),
    start: integer('first position; goes with --items', { min: 0, max: 2 ** 31 - 1, fallback: 0 }),
    producers: integer('producer threads; goes with --items', { min: 1, max: 64, fallback: 4 }),
    consumers: integer('consumer threads; goes with --items', { min: 1, max: 64, fallback: 4 }),
  },
  example: '--items 10000000 --capacity 64',
  exit: ['every item arrived exactly once', 'an item was lost, came twice or out of order'],
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

await main(SCRIPT, async ({ kind, items, ...rest }) => {
  const kinds = KINDS.filter((each) => kind === undefined || kind === each)
  const runs: readonly StressOptions[] =
    items === undefined
      ? kinds.flatMap((each) => all[each])
      : [{ ...(kind === undefined ? {} : { kind }), items, ...rest }]
  build()
  let code = 0
  for (const run of runs) {
    const result = await stress({ ...run, deadlineMs: 3_600_000 })
    const wrong = Object.entries(SOUND).filter(([key, value]) => result[key as keyof typeof SOUND] !== value)
    const rate = Math.round(result.got / (result.ms / 1000)).toLocaleString('en')
    process.stdout.write(
      `${JSON.stringify(run)}: ${result.got} items in ${(result.ms / 1000).toFixed(1)} s, ${rate}/s, ` +
        `shares ${result.shares.join(' ')}: ${wrong.length === 0 ? 'sound' : `WRONG ${JSON.stringify(wrong)}`}\n`,
    )
    if (wrong.length > 0) code = 1
  }
  return code
})
