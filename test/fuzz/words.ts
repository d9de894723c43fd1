import build from '../support/build.ts'
import { integer } from '../support/usage.ts'
import { main, optionsOf, progressTo } from './options.ts'
import { fuzzWords } from './words-run.ts'

const USAGE = `Usage: npx tsx test/fuzz/words.ts [options]

Damages words in the memory of queues of every kind while threads put and get, goes on with calls of every form, kills threads, and
shuts down. Accepted: an item damaged or lost, this library's errors. Refused: a crash, another error, a main thread that is held up.

  --flips N       queues that are damaged, 1 to 10000000 (default 10000)
  --from N        number of the first one (default 0): number N of a seed always begins the same
  --seed N        0 to 2147483647 (default: the time)
  --help          this text

Exit code 0: all sound; 1: a fault; 2: wrong usage.`

await main(USAGE, async (args) => {
  const options = optionsOf(args, ['flips', 'from', 'seed'])
  if (options === 'help') {
    console.log(USAGE)
    return 0
  }
  const flips = integer('--flips', options.flips, { min: 1, max: 1e7 }) ?? 10_000
  const from = integer('--from', options.from, { min: 0, max: 1e7 }) ?? 0
  const seed = integer('--seed', options.seed, { min: 0, max: 2 ** 31 - 1 }) ?? Date.now() % 1_000_000
  console.log(`Node ${process.version}; ${flips} damaged queues from ${from}; --seed ${seed}`)
  // The threads run what is built.
  build()
  const began = performance.now()
  const { faults, counts } = await fuzzWords(
    seed,
    from,
    from + flips,
    progressTo(from + flips, 'damaged queues'),
  )
  for (const [what, count] of [...counts].sort())
    console.log(`${what.padEnd(20)} ${String(count).padStart(8)}`)
  for (const { index, text } of faults) {
    console.log(`number ${index} of --seed ${seed} (--from ${index} --flips 1): ${text}`)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const verdict = faults.length === 0 ? 'no crash, no hang, no foreign error' : `${faults.length} faults`
  console.log(`${total} damaged queues in ${((performance.now() - began) / 1000).toFixed(0)} s: ${verdict}`)
  return faults.length === 0 ? 0 : 1
})
