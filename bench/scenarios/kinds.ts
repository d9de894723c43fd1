import { Crew } from '../crew.ts'
import { type Scenario, type SelectCase, wholeShares } from './scenario.ts'
import { type Kind, queueJobs } from './throughput.ts'
import { topologyPicture } from './topology.ts'

const TOPOLOGY = { producers: 2, consumers: 2 }

/** What an order other than that of arrival costs. */
export const KINDS: readonly Scenario[] = [
  kindScenario('lifo', 'LifoQueue', 0.5),
  kindScenario('priority', 'PriorityQueue', 0.25),
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

function kindScenario(name: string, kind: Kind, atLeast: number): Scenario {
  const contender = (each: Kind, items: number): SelectCase => ({
    name: each,
    items,
    start: async () => {
      const jobs = await queueJobs({ payload: 'int32', batch: 1 }, TOPOLOGY, items, each)
      return Crew.start(`${name}, ${each}`, jobs, items)
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

function heapContender(waiting: number, items: number): SelectCase {
  const name = `${waiting.toLocaleString('en')} waiting`
  return {
    name,
    items,
    start: () => Crew.start(name, [{ file: 'heap', part: 'pairs', data: { waiting, items } }], items),
  }
}
