import { RATE, type Scenario } from './scenario.ts'
import { type Moves, messageContender, queueContender } from './throughput.ts'
import { topologyName } from './topology.ts'

const COUNTS = [1, 2, 4, 8, 16, 32]
const QUICK_COUNTS = [1, 8]
const PAYLOAD: Moves = { kind: 'int32', batch: 1 }
const OURS = 'putSync/getSync'

/** From as many threads as a pair to far more threads than cores. */
export const THREAD_COUNTS: readonly Scenario[] = COUNTS.map((count) => {
  const topology = { producers: count, consumers: count }
  return {
    ...RATE,
    name: `threads/${topologyName(topology)}`,
    group: 'threads',
    title: 'an int32 a call: putSync, getSync + taskDone, with as many producers as consumers',
    picture: 'P × n ───▶ queue ───▶ C × n',
    threads: 2 * count,
    baseline: 'postMessage',
    sweep: { axis: 'threads', at: 2 * count, scale: 'log' },
    inQuick: QUICK_COUNTS.includes(count),
    contenders: (plan) => [
      queueContender(OURS, PAYLOAD, topology, plan.items(1_000_000)),
      { ...queueContender(`${OURS} again`, PAYLOAD, topology, plan.items(1_000_000)), isControl: true },
      messageContender('postMessage', PAYLOAD, topology, plan.items(100_000)),
    ],
  }
})
