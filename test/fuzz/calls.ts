import { integer } from '../support/usage.ts'
import { fuzzCalls } from './calls-run.ts'
import { main, optionsOf, progressTo } from './options.ts'

const USAGE = `Usage: npx tsx test/fuzz/calls.ts [options]

Calls what the library exports with options that make no sense. Each refusal must name its argument; nothing may hang, and nothing
may be left attached.

  --calls N       1 to 10000000 (default 30000)
  --from N        number of the first one (default 0): call N of a seed is always the same
  --seed N        0 to 2147483647 (default: the time)
  --help          this text

Exit code 0: all sound; 1: a fault; 2: wrong usage.`

await main(USAGE, async (args) => {
  const options = optionsOf(args, ['calls', 'from', 'seed'])
  if (options === 'help') {
    console.log(USAGE)
    return 0
  }
  const calls = integer('--calls', options.calls, { min: 1, max: 1e7 }) ?? 30_000
  const from = integer('--from', options.from, { min: 0, max: 1e7 }) ?? 0
  const seed = integer('--seed', options.seed, { min: 0, max: 2 ** 31 - 1 }) ?? Date.now() % 1_000_000
  console.log(`Node ${process.version}; ${calls} calls from ${from}; --seed ${seed}`)
  const began = performance.now()
  const { faults, counts } = await fuzzCalls(seed, from, from + calls, progressTo(from + calls, 'calls'))
  const names = new Set([...counts.keys()].map((key) => key.replace(/ \w+$/, '')))
  console.log(`${'call'.padEnd(20)}  accepted   refused`)
  for (const name of [...names].sort()) {
    const of = (outcome: string) => String(counts.get(`${name} ${outcome}`) ?? 0).padStart(10)
    console.log(name.padEnd(20) + of('accepted') + of('refused'))
  }
  for (const { index, text } of faults) {
    console.log(`call ${index} of --seed ${seed} (--from ${index} --calls 1): ${text}`)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const verdict =
    faults.length === 0 ? 'every refusal names its argument, nothing is left' : `${faults.length} faults`
  console.log(`${total} calls in ${((performance.now() - began) / 1000).toFixed(0)} s: ${verdict}`)
  return faults.length === 0 ? 0 : 1
})
