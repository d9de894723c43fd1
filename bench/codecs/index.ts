import { isDeepStrictEqual } from 'node:util'
import { deserialize, serialize, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Codec, RecordSchema } from '../../src/index.ts'
import { load } from '../package.ts'
import type { Contender, Plan, Scenario, Target } from '../scenarios/scenario.ts'
import { KINDS, type Kind } from './kinds.ts'
import { schemasOf } from './objects.ts'

/** Samples of a kind, taken in turn. A power of two. */
const SAMPLES = 64
const CALLS = 20_000
/** Room for every encoded sample. */
const INTO = new Uint8Array(1 << 16)

/** Encodes a value and decodes it. */
type ThereAndBack = (value: unknown) => unknown

const CLONE = 'structuredClone'
const V8 = 'v8.serialize + deserialize'
const STRUCTURED = 'codecs.structured'
const RECORD = 'record'

/** For each kind of value, the time to encode one and to decode it, through the public methods. */
export const CODECS: readonly Scenario[] = KINDS.flatMap((kind) => [
  scenario(kind, { contender: STRUCTURED, atMost: kind.atMost ?? (kind.form === 'v8' ? 1.1 : 1) }),
  // A scenario has one target, so that of `record` stands beside the baseline alone.
  ...(kind.recordAtMost === undefined
    ? []
    : [scenario(kind, { contender: RECORD, atMost: kind.recordAtMost })]),
])

function scenario(kind: Kind, target: Target): Scenario {
  const baseline = kind.form === 'v8' ? V8 : CLONE
  const isRecord = target.contender === RECORD
  return {
    name: `codecs/${kind.name}${isRecord ? ' by schema' : ''}`,
    group: 'codecs',
    title: `${capitalized(kind.name)}${isRecord ? ', by its schema' : ''}: encoded and decoded`,
    threads: 1,
    baseline,
    unit: 'ns',
    better: 'less',
    target,
    inQuick: kind.atMost !== undefined,
    async contenders(plan) {
      const all = await contendersOf(kind, plan)
      if (!isRecord) return all
      const both = all.filter(({ name }) => name === baseline || name === RECORD)
      if (both.length < 2) plan.leaveOut(`${RECORD}: the package has no such codec`)
      return both
    },
  }
}

async function contendersOf(kind: Kind, plan: Plan): Promise<Contender[]> {
  const { codecs } = await load()
  const samples = Array.from({ length: SAMPLES }, (_, index) => kind.make(index))
  const calls = plan.count(kind.calls ?? CALLS)
  const contender = (name: string, thereAndBack: ThereAndBack): Contender => ({
    name,
    items: calls,
    start() {
      if (!isRight(samples, thereAndBack)) throw new Error(`${name} changes values of the kind ${kind.name}`)
      const round = roundOf(samples, calls, thereAndBack)
      return { round, stop() {} }
    },
  })
  const all = [
    contender(CLONE, structuredClone),
    contender(V8, (value) => deserialize(serialize(value))),
    contender(STRUCTURED, through(codecs.structured)),
  ]
  // These two cannot carry every kind.
  const json: ThereAndBack = (value) => JSON.parse(JSON.stringify(value))
  if (isRight(samples, json)) all.push(contender('JSON', json))
  const msgpack = through(codecs.msgpack)
  if (isRight(samples, msgpack)) all.push(contender('codecs.msgpack', msgpack))
  const record = await recordOf(kind)
  if (record !== undefined) all.push(contender(RECORD, through(record)))
  return all
}

/** A loop of its own for each contender, so that V8 compiles each for one function. */
function roundOf(samples: readonly unknown[], calls: number, thereAndBack: ThereAndBack): () => number {
  const source = `
    let last
    const start = process.hrtime.bigint()
    for (let call = 0; call < calls; call++) last = thereAndBack(samples[call & ${SAMPLES - 1}])
    const ns = Number(process.hrtime.bigint() - start)
    if (last === samples) throw new Error('a sample holds all samples')
    return ns`
  const round = new Function('samples', 'calls', 'thereAndBack', 'process', source)
  return () => {
    // Buffers that the round before has left would be freed in this one: `serialize` makes one a call. A
    // thread of V8 frees them after a collection, and the next collection waits for it.
    collectGarbage()
    collectGarbage()
    return round(samples, calls, thereAndBack, process) as number
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Likewise a function of its own for each codec. */
function through(codec: Codec<unknown>): ThereAndBack {
  const source = 'return (value) => codec.decode(into.subarray(0, codec.encode(value, into)))'
  return new Function('codec', 'into', source)(codec, INTO) as ThereAndBack
}

/** The codec of the kind's schema; undefined if it has none. */
async function recordOf({ shape }: Kind): Promise<Codec<unknown> | undefined> {
  if (shape === undefined) return undefined
  const { record, array } = await load()
  return record(schemasOf(array)[shape] as RecordSchema) as Codec<unknown>
}

/** Whether values arrive as `structuredClone` makes them. */
function isRight(samples: readonly unknown[], thereAndBack: ThereAndBack): boolean {
  try {
    return samples.every((sample) => isDeepStrictEqual(thereAndBack(sample), structuredClone(sample)))
  } catch {
    return false
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
