import { LoopWorkers } from '../loop-workers.ts'
import { type Contender, type Scenario, wholeShares } from './scenario.ts'
import { type QueueClass, queueJobs } from './throughput.ts'
import { topologyPicture } from './topology.ts'

const TOPOLOGY = { producers: 2, consumers: 2 }

/** Queues with another order than that of arrival, beside a Queue. */
export const KINDS: readonly Scenario[] = [
  kindScenario('lifo', 'LifoQueue', 0.5),
  kindScenario('priority', 'PriorityQueue', 0.3),
  {
    name: 'priority/waiting',
    title: 'get the first + put it back with another priority, by how many items wait',
    picture: 'thread ─▶ queue ─▶ the same thread',
    threads: 1,
    baseline: '100 waiting',
    contenders: async (items) =>
      [100, 10_000, 1_000_000].map((waiting) => heapContender(waiting, wholeShares(items ?? 1_000_000))),
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
    name: `${name}/2P2C`,
    title: `an int32 a call through a ${kind} and a Queue: putSync, getSync + taskDone`,
    picture: topologyPicture(TOPOLOGY),
    threads: TOPOLOGY.producers + TOPOLOGY.consumers,
    baseline: 'Queue',
    target: { contender: kind, atLeast },
    contenders: async (given) => {
      const items = wholeShares(given ?? 500_000)
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
