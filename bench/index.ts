import { SCRIPT } from './options.ts'
import { bench } from './run.ts'
import { SCENARIOS } from './scenarios/index.ts'

await bench(SCRIPT, SCENARIOS)
