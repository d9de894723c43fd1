import { integer, script, seed, text, type ValuesOf } from '../../scripts/command-line.ts'

export const SCRIPT = script({
  command: 'npm run kill --',
  does:
    'Kills threads in every operation, in every way and at every moment, beside threads that go on. Checks that no ' +
    'item is lost and that no thread waits forever.',
  options: {
    kills: integer('deaths of each cell of the table; a quarter of them for the threads of a supervisor', {
      min: 1,
      max: 10_000,
      fallback: 7,
    }),
    only: text(
      'cells that have this in their label, such as "await get", "memory;", "near full" or "control"',
      '',
      'all cells',
    ),
    seed: seed('the same seed and cell give the same plan again, but for the timing of the threads'),
  },
  example: '--kills 2 --only "await get"',
  exit: ['no item is lost and no thread is stuck', 'a cell failed; it is printed with its seed'],
})

export type Options = ValuesOf<typeof SCRIPT>
