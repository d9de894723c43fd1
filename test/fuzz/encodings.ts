import { integer, UsageError } from '../support/usage.ts'
import { fuzzEncodings } from './encodings-run.ts'
import { judge } from './judge.ts'
import { main, optionsOf, progressTo } from './options.ts'
import { SUBJECTS, subjectOf } from './subjects.ts'

const USAGE = `Usage: npx tsx test/fuzz/encodings.ts [options]

Feeds every codec bytes that its encoder need not have written. Each must give a value or throw an Error: no crash, no hang, no
changed prototype, no memory by an unchecked length.

  --inputs N      1 to 100000000 (default 1000000)
  --from N        number of the first one (default 0): input N of a seed is always the same
  --seed N        0 to 2147483647 (default: the time)
  --replay HEX    decodes these bytes, nothing else; with --codec
  --codec NAME    ${SUBJECTS.map(({ name }) => name).join(', ')}
  --help          this text

Exit code 0: all sound; 1: a fault; 2: wrong usage.`

await main(USAGE, async (args) => {
  const options = optionsOf(args, ['inputs', 'from', 'seed', 'replay', 'codec'])
  if (options === 'help') {
    console.log(USAGE)
    return 0
  }
  if (options.replay !== undefined) return replay(options.codec, options.replay)
  const inputs = integer('--inputs', options.inputs, { min: 1, max: 1e8 }) ?? 1_000_000
  const from = integer('--from', options.from, { min: 0, max: 1e8 }) ?? 0
  const seed = integer('--seed', options.seed, { min: 0, max: 2 ** 31 - 1 }) ?? Date.now() % 1_000_000
  console.log(`Node ${process.version}; ${inputs} inputs from ${from}; --seed ${seed}`)
  const began = performance.now()
  const { faults, counts } = await fuzzEncodings(
    seed,
    from,
    from + inputs,
    progressTo(from + inputs, 'inputs'),
  )
  console.log('codec           values   refused')
  for (const { name } of SUBJECTS) {
    const of = (outcome: string) => String(counts.get(`${name} ${outcome}`) ?? 0).padStart(9)
    console.log(name.padEnd(12) + of('value') + of('refused'))
  }
  for (const { index, text } of faults) {
    console.log(`input ${index} of --seed ${seed} (--from ${index} --inputs 1): ${text}`)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  console.log(
    `${total} inputs in ${((performance.now() - began) / 1000).toFixed(0)} s: ${faults.length === 0 ? 'every one a value or an Error' : `${faults.length} faults`}`,
  )
  return faults.length === 0 ? 0 : 1
})

function replay(codec: string | undefined, hex: string): number {
  const subject = subjectOf(codec ?? '')
  if (subject === undefined) {
    throw new UsageError(
      `--codec must be one of ${SUBJECTS.map(({ name }) => name).join(', ')}; received ${codec}`,
    )
  }
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new UsageError('--replay must be bytes in hexadecimal')
  const { outcome, fault } = judge(subject, Buffer.from(hex, 'hex'), true)
  console.log(fault === undefined ? outcome : `${outcome}: ${fault}`)
  return fault === undefined ? 0 : 1
}
