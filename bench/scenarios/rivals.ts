import { LoopWorkers } from '../loop-workers.ts'
import { NATIVE_RIVALS, programOf, startNative } from '../native-rivals.ts'
import { type Contender, RATE, type Scenario } from './scenario.ts'
import { queueJobs } from './throughput.ts'
import { TOPOLOGIES, type Topology, topologyName, topologyPicture } from './topology.ts'

const ITEMS = 20_000_000

/**
 * Queues beside the bounded channels of Go and of Rust's crossbeam, of the same capacity. Those have no
 * batches, so they move each item by itself in both scenarios. The queue takes part twice: the two rates
 * differ by chance only.
 */
export const RIVALS: readonly Scenario[] = [1, 64].flatMap((batch) =>
  TOPOLOGIES.map((topology) => rivalry(batch, topology)),
)

function rivalry(batch: number, topology: Topology): Scenario {
  const ours = batch === 1 ? 'putSync/getSync' : 'putManySync/getManySync'
  const group = batch === 1 ? 'native' : 'native-batch'
  return {
    ...RATE,
    name: `${group}/${topologyName(topology)}`,
    group,
    title: batch === 1 ? 'an int32 a call' : `${batch} int32 a call, beside channels of single items`,
    picture: topologyPicture(topology),
    threads: topology.producers + topology.consumers,
    baseline: ours,
    contenders: (plan) => {
      const items = plan.items(ITEMS)
      const queue = (name: string, isControl = false): Contender => ({
        name,
        items,
        isControl,
        start: async () =>
          LoopWorkers.start(
            `${name}, ${topologyName(topology)}`,
            await queueJobs({ kind: 'int32', batch }, topology, items),
            items,
          ),
      })
      const natives = NATIVE_RIVALS.flatMap((rival): Contender[] => {
        const program = programOf(rival)
        if (program === undefined) return []
        return [{ name: rival.name, items, start: () => startNative(program, topology, items) }]
      })
      return [queue(ours), ...natives, queue('the same again', true)]
    },
  }
}
