import { choice, integer, main, refusal, script, text, UsageError } from '../../scripts/command-line.ts'
import { fuzzEncodings } from './encodings-run.ts'
import { judge } from './judge.ts'
import { fromAndSeed, runNumbered } from './numbered.ts'
import { SUBJECTS, subjectOf } from './subjects.ts'

const MOST = 100_000_000
const CODECS = SUBJECTS.map(({ name }) => name)

const SCRIPT = script({
  command: 'npx tsx test/fuzz/encodings.ts',
  does:
    'Feeds every codec bytes that its encoder need not have written. Each input must give a value or throw an Error: ' +
    'no crash, no hang, no changed prototype, no allocation of an unchecked length.',
  options: {
    inputs: integer('how many inputs', { min: 1, max: MOST, fallback: 1_000_000 }),
    ...fromAndSeed(MOST),
    replay: text('decodes these bytes, given in hexadecimal, and nothing else; needs --codec', '', 'none'),
    codec: choice('codec of --replay', CODECS, 'none'),
  },
  example: '--inputs 10000 --seed 7',
  exit: ['no fault', 'a fault; it is printed with its number'],
})

function tableOf(counts: ReadonlyMap<string, number>): string[] {
  const cell = (name: string, outcome: string) => String(counts.get(`${name} ${outcome}`) ?? 0).padStart(9)
  return [
    'codec           values   refused',
    ...CODECS.map((name) => name.padEnd(12) + cell(name, 'value') + cell(name, 'refused')),
  ]
}

function replay(codec: string | undefined, hex: string): number {
  const subject = subjectOf(codec ?? '')
  if (subject === undefined) throw new UsageError(`--replay needs --codec: one of ${CODECS.join(', ')}`)
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw refusal('replay', 'bytes in hexadecimal', hex)
  const { outcome, fault } = judge(subject, Buffer.from(hex, 'hex'), true)
  console.log(fault === undefined ? outcome : `${outcome}: ${fault}`)
  return fault === undefined ? 0 : 1
}

await main(SCRIPT, ({ inputs, from, seed, codec, replay: hex }) =>
  hex === ''
    ? runNumbered({
        ...{ option: 'inputs', noun: 'inputs', count: inputs, from, seed, fuzz: fuzzEncodings, tableOf },
        sound: 'every one a value or an Error',
      })
    : replay(codec, hex),
)
