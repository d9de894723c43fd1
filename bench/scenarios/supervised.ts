import { LoopWorkers } from '../loop-workers.ts'
import { SupervisedWorkers } from '../supervised-workers.ts'
import { RATE, type Scenario } from './scenario.ts'
import { queueJobs } from './throughput.ts'
import { topologyPicture } from './topology.ts'

const TOPOLOGY = { producers: 1, consumers: 1 }

/** Loops of the supervisor, beside loops that a user writes around putSync and getSync. */
export const SUPERVISED: readonly Scenario[] = [
  {
    ...RATE,
    name: 'supervised/1P1C',
    group: 'supervised',
    inQuick: true,
    title: 'an int32 a call: a generator in produce and a function in consume, beside bare loops',
    picture: topologyPicture(TOPOLOGY),
    threads: 2,
    baseline: 'putSync/getSync',
    target: { contender: 'produce/consume', atLeast: 0.9 },
    contenders: (plan) => {
      const items = plan.items(1_000_000)
      return [
        { name: 'produce/consume', items, start: () => SupervisedWorkers.start(items) },
        {
          name: 'putSync/getSync',
          items,
          start: async () =>
            LoopWorkers.start(
              'supervised, bare loops',
              await queueJobs({ kind: 'int32', batch: 1 }, TOPOLOGY, items),
              items,
            ),
        },
      ]
    },
  },
]
