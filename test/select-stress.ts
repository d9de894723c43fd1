import { integer, main, script } from '../scripts/command-line.ts'
import build from './support/build.ts'
import { faultsOf, selectStress } from './support/select-stress.ts'

const SCRIPT = script({
  command: 'npx tsx test/select-stress.ts',
  does:
    'Makes long runs of select and selectSync: one thread puts into a queue of each kind, others select from all three, ' +
    'with timeouts and aborts. Each item must arrive exactly once.',
  options: {
    rounds: integer('selects in all, for each of the two forms', {
      min: 1,
      max: 1_000_000_000,
      fallback: 100_000,
    }),
    selectors: integer('threads that select', { min: 1, max: 64, fallback: 2 }),
  },
  example: '--rounds 20000',
  exit: [
    'every item arrived exactly once',
    'an item was lost or came twice, or a queue was passed over too often',
  ],
})

await main(SCRIPT, async ({ rounds, selectors }) => {
  build()
  let code = 0
  for (const form of ['selectSync', 'select'] as const) {
    const result = await selectStress({
      form,
      rounds,
      selectors,
      deadlineMs: 3_600_000,
    })
    const { timeouts, aborts, got, left, lost, twice, longest, ms } = result
    const faults = faultsOf(result)
    process.stdout.write(
      `${form}: ${rounds} rounds in ${(ms / 1000).toFixed(1)} s: got ${got.join(' ')}, ${timeouts} timeouts, ${aborts} aborts, ` +
        `left ${left}, lost ${lost}, twice ${twice}, rare queue passed over at most ${longest} times in a row: ` +
        `${faults.length === 0 ? 'sound' : `WRONG: ${faults.join('; ')}`}\n`,
    )
    if (faults.length > 0) code = 1
  }
  return code
})
