import { LoopWorkers } from '../loop-workers.ts'
import { RATE, type Scenario } from './scenario.ts'
import { queueJobs } from './throughput.ts'
import { topologyName } from './topology.ts'

const COUNTS = [1, 2, 4, 8, 16, 32]

/** Far more threads than cores, beside few. */
export const THREAD_COUNTS: readonly Scenario[] = [
  {
    ...RATE,
    name: 'threads/int32',
    group: 'threads',
    title: 'an int32 a call: putSync, getSync + taskDone, with as many producers as consumers',
    picture: 'P × n ───▶ queue ───▶ C × n',
    threads: 2 * Math.max(...COUNTS),
    baseline: '1P1C',
    contenders: (plan) => {
      const items = plan.items(2_000_000)
      return COUNTS.map((count) => {
        const topology = { producers: count, consumers: count }
        const name = topologyName(topology)
        return {
          name,
          items,
          start: async () =>
            LoopWorkers.start(name, await queueJobs({ kind: 'int32', batch: 1 }, topology, items), items),
        }
      })
    },
  },
]
