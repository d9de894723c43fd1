import { SCRIPT } from './options.ts'
import { bench } from './run.ts'
import { RIVALS } from './scenarios/rivals.ts'

const RIVALS_SCRIPT = {
  ...SCRIPT,
  command: 'npm run bench:rivals --',
  does: 'Measures queues beside channels of Go and of crossbeam, if their compilers are installed.',
  example: '--only 1P1C --rounds 15',
}

await bench(RIVALS_SCRIPT, RIVALS)
