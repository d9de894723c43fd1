import { type Plan, RATE, type Scenario } from './scenario.ts'
import { type Moves, messageContender, queueContender } from './throughput.ts'

const PAIR = { producers: 1, consumers: 1 }
const PICTURE = 'P ───▶ queue ───▶ C'
const COMMON = { ...RATE, picture: PICTURE, threads: 2, baseline: 'postMessage' } as const

const CAPACITIES = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 2 ** 18, 2 ** 20]
const QUICK_CAPACITIES = [1, 64, 2 ** 20]

/** postMessage has no bound. Its rate is the same at each capacity, but for chance. */
const CAPACITY: readonly Scenario[] = CAPACITIES.map((maxsize) => ({
  ...COMMON,
  name: `capacity/${maxsize}`,
  group: 'capacity',
  title: `an int32 a call through a queue of maxsize ${maxsize.toLocaleString('en')}, beside channels without bound`,
  sweep: { axis: 'maxsize of the queue', at: maxsize, scale: 'log' },
  inQuick: QUICK_CAPACITIES.includes(maxsize),
  contenders: (plan) => {
    const payload: Moves = { kind: 'int32', batch: 1 }
    // With room for one item, the two threads sleep and wake for each of them.
    const items = plan.items(maxsize < 16 ? 30_000 : maxsize < 256 ? 200_000 : 1_000_000)
    const queue = (name: string) => queueContender(name, payload, PAIR, items, { maxsize })
    return [
      queue('putSync/getSync'),
      { ...queue('putSync/getSync again'), isControl: true },
      messageContender('postMessage', payload, PAIR, plan.items(50_000)),
    ]
  },
}))

const BATCHES = [1, 4, 16, 64, 256, 1024]
const QUICK_BATCHES = [1, 64, 1024]

function batchScenario(kind: Moves['kind'], batch: number): Scenario {
  const group = `batch-${kind}`
  const what = kind === 'int32' ? 'int32' : 'objects of 4 fields'
  const calls = batch === 1 ? 'putSync, getSync' : 'putManySync, getManySync'
  return {
    ...COMMON,
    name: `${group}/${batch}`,
    group,
    title: `${batch} ${what} a call: ${calls}; the queue has maxsize 4096 and maxInFlight 1024`,
    sweep: { axis: 'items of a call', at: batch, scale: 'log' },
    inQuick: QUICK_BATCHES.includes(batch),
    contenders: (plan) => batchContenders({ kind, batch }, plan),
  }
}

function batchContenders(payload: Moves, plan: Plan) {
  const isNumber = payload.kind === 'int32'
  const items = plan.items(isNumber ? 1_000_000 : 120_000)
  const posted = plan.items(payload.batch === 1 ? 50_000 : isNumber ? 1_000_000 : 120_000)
  const options = { maxsize: 4096, maxInFlight: 1024 }
  // The lines of a chart have the same names at each point.
  const queue = (again = '') => queueContender(`queue${again}`, payload, PAIR, items, options)
  return [
    queue(),
    { ...queue(' again'), isControl: true },
    messageContender('postMessage', payload, PAIR, posted),
  ]
}

export const SWEEPS: readonly Scenario[] = [
  ...CAPACITY,
  ...BATCHES.map((batch) => batchScenario('int32', batch)),
  ...BATCHES.map((batch) => batchScenario('object', batch)),
]
