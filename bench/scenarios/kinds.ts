import { LoopWorkers } from '../loop-workers.ts'
import { type Contender, RATE, type Scenario } from './scenario.ts'
import { type QueueClass, queueJobs } from './throughput.ts'
import { topologyPicture } from './topology.ts'

const TOPOLOGY = { producers: 2, consumers: 2 }

/** Queues with another order than that of arrival, beside a Queue. */
export const KINDS: readonly Scenario[] = [
  kindScenario('lifo', 'LifoQueue', 0.5),
  kindScenario('priority', 'PriorityQueue', 0.3),
  {
    ...RATE,
    name: 'priority/waiting',
    group: 'priority',
    title: 'get the first + put it back with another priority, by how many items wait',
    picture: 'thread ─▶ queue ─▶ the same thread',
    threads: 1,
    baseline: '100 waiting',
    contenders: (plan) =>
      [100, 10_000, 1_000_000].map((waiting) => heapContender(waiting, plan.items(1_000_000))),
  },
]

function kindScenario(name: string, kind: QueueClass, atLeast: number): Scenario {
  const contender = (each: QueueClass, items: number): Contender => ({
    name: each,
    items,
    start: async () => {
      const jobs = await queueJobs({ kind: 'int32', batch: 1 }, TOPOLOGY, items, each)
      return LoopWorkers.start(`${name}, ${each}`, jobs, items)
    },
  })
  return {
    ...RATE,
    name: `${name}/2P2C`,
    group: name,
    inQuick: true,
    title: `an int32 a call through a ${kind} and a Queue: putSync, getSync + taskDone`,
    picture: topologyPicture(TOPOLOGY),
    threads: TOPOLOGY.producers + TOPOLOGY.consumers,
    baseline: 'Queue',
    target: { contender: kind, atLeast },
    contenders: (plan) => {
      const items = plan.items(500_000)
      return [contender(kind, items), contender('Queue', items)]
    },
  }
}

function heapContender(waiting: number, items: number): Contender {
  const name = `${waiting.toLocaleString('en')} waiting`
  return {
    name,
    items,
    start: () => LoopWorkers.start(name, [{ file: 'heap', role: 'pairs', data: { waiting, items } }], items),
  }
}
