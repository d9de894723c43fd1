import { parseArgs } from 'node:util'
import build from './support/build.ts'
import { faultsOf, selectStress } from './support/select-stress.ts'

/** The long runs of select and selectSync: `npx tsx test/select-stress.ts --rounds 100000`. `--selectors`: 2 threads. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100000' },
    selectors: { type: 'string', default: '2' },
  },
})

build()
for (const form of ['selectSync', 'select'] as const) {
  const rounds = Number(values.rounds)
  const result = await selectStress({
    form,
    rounds,
    selectors: Number(values.selectors),
    maxSleepMs: 3_600_000,
  })
  const { timeouts, aborts, got, left, lost, twice, longest, ms } = result
  const faults = faultsOf(result)
  process.stdout.write(
    `${form}: ${rounds} rounds in ${(ms / 1000).toFixed(1)} s: got ${got.join(' ')}, ${timeouts} timeouts, ${aborts} aborts, ` +
      `left ${left}, lost ${lost}, twice ${twice}, rare queue passed over at most ${longest} times in a row: ` +
      `${faults.length === 0 ? 'sound' : `WRONG: ${faults.join('; ')}`}\n`,
  )
  if (faults.length > 0) process.exitCode = 1
}
