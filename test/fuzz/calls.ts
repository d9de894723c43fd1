import { integer, main, script } from '../../scripts/command-line.ts'
import { fuzzCalls } from './calls-run.ts'
import { fromAndSeed, runNumbered } from './numbered.ts'

const MOST = 10_000_000

const SCRIPT = script({
  command: 'npx tsx test/fuzz/calls.ts',
  does:
    'Calls the exports of the library with options that make no sense. Each refusal must name its argument, no call ' +
    'may hang, and no thread may stay attached.',
  options: {
    calls: integer('how many calls', { min: 1, max: MOST, fallback: 30_000 }),
    ...fromAndSeed(MOST),
  },
  example: '--calls 1000 --seed 7',
  exit: ['no fault', 'a fault; it is printed with its number'],
})

function tableOf(counts: ReadonlyMap<string, number>): string[] {
  const names = new Set([...counts.keys()].map((key) => key.replace(/ \w+$/, '')))
  const cell = (name: string, outcome: string) => String(counts.get(`${name} ${outcome}`) ?? 0).padStart(10)
  return [
    `${'call'.padEnd(20)}  accepted   refused`,
    ...[...names].sort().map((name) => name.padEnd(20) + cell(name, 'accepted') + cell(name, 'refused')),
  ]
}

await main(SCRIPT, ({ calls, from, seed }) =>
  runNumbered({
    ...{ option: 'calls', noun: 'calls', count: calls, from, seed, fuzz: fuzzCalls, tableOf },
    sound: 'every refusal names its argument, nothing is left',
  }),
)
