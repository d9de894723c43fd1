import { integer, main, script } from '../../scripts/command-line.ts'
import build from '../support/build.ts'
import { fromAndSeed, runNumbered } from './numbered.ts'
import { fuzzWords } from './words-run.ts'

const MOST = 10_000_000

const SCRIPT = script({
  command: 'npx tsx test/fuzz/words.ts',
  does:
    'Damages words in the memory of queues of every kind while threads put and get, goes on with calls of every form, ' +
    'kills threads, and shuts down. A damaged or lost item and an error of this library are accepted. A crash, ' +
    'another error and a main thread that hangs are faults.',
  options: {
    flips: integer('how many queues are damaged', { min: 1, max: MOST, fallback: 10_000 }),
    ...fromAndSeed(MOST),
  },
  example: '--flips 200 --seed 7',
  exit: ['no fault', 'a fault; it is printed with its number'],
})

await main(SCRIPT, ({ flips, from, seed }) => {
  build()
  return runNumbered({
    ...{ option: 'flips', noun: 'damaged queues', count: flips, from, seed, fuzz: fuzzWords },
    tableOf: (counts) =>
      [...counts].sort().map(([outcome, count]) => `${outcome.padEnd(20)} ${String(count).padStart(8)}`),
    sound: 'no crash, no hang, no foreign error',
  })
})
