import { flag, integer, main, number, script } from '../scripts/command-line.ts'
import build from '../test/support/build.ts'
import { contenders } from './limiter/contenders.ts'
import { headerOf } from './output/header.ts'
import { median } from './output/statistics.ts'
import { aligned, headerText } from './output/table.ts'

const SCRIPT = script({
  command: 'npm run bench:limiter --',
  does:
    'Measures calls of rate limiters beside a plain call of the core and a refused tryPut of a full queue: refused, ' +
    'granted, by keys, and by two threads at one limiter.',
  options: {
    rounds: integer('measured rounds of each contender', { min: 1, max: 1000, fallback: 11 }),
    ms: number('ms of a round', { min: 1, max: 10_000, fallback: 60 }),
    json: flag('prints the results as JSON, and nothing else, on standard output'),
  },
  example: '--rounds 21 --ms 100',
  exit: ['the times are measured', 'a call answered what it should not'],
})

const BASELINE = 'core.grant, refused'

await main(SCRIPT, async ({ rounds, ms, json }) => {
  build()
  const header = headerOf(rounds)
  if (!json) console.log(headerText(header).replace('rates in M items/s, ns per item', 'ns per call'))
  const entries = []
  for (const contender of await contenders()) entries.push({ ...contender, ns: [] as number[] })
  for (const { round } of entries) await round(ms)
  for (let each = 0; each < rounds; each++)
    for (const { round, ns } of each % 2 === 0 ? entries : [...entries].reverse()) ns.push(await round(ms))
  await Promise.all(entries.map(({ stop }) => stop?.()))

  const base = entries.find(({ name }) => name === BASELINE)?.ns ?? []
  const results = entries.map(({ name, ns }) => ({
    name,
    ns: median(ns),
    min: Math.min(...ns),
    max: Math.max(...ns),
    // Each round by itself, since other work of the machine hits both alike.
    ratio: median(ns.map((one, index) => one / (base[index] as number))),
  }))
  if (json) console.log(JSON.stringify({ header, results }))
  else {
    const rows = results.map(({ name, ns, min, max, ratio }) => [
      ...[name, ns.toFixed(1), min.toFixed(1), max.toFixed(1), ratio.toFixed(2)],
    ])
    console.log(aligned([['', 'ns/call', 'min', 'max', `x ${BASELINE}`], ...rows]).join('\n'))
  }
  return 0
})
