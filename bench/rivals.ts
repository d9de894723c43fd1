import { SCRIPT } from './options.ts'
import { bench } from './run.ts'
import { RIVALS } from './scenarios/rivals.ts'

const RIVALS_SCRIPT = {
  ...SCRIPT,
  command: 'npm run bench:rivals --',
  does:
    'Measures queues beside those of other packages and languages, and calls beside pools of threads. A rival ' +
    'that is not installed is left out, in a line that says so.',
  example: '--only 1P1C --rounds 15',
}

await bench(RIVALS_SCRIPT, RIVALS)
