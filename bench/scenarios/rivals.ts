import { builtOf, NATIVE_RIVALS } from '../native-rivals.ts'
import { multithreading } from '../rivals/multithreading.ts'
import { startProgram } from '../rivals/program.ts'
import { ring } from '../rivals/ring.ts'
import { TASKS } from '../rivals/tasks.ts'
import { type Contender, type Plan, RATE, type Scenario } from './scenario.ts'
import { messageContender, queueContender } from './throughput.ts'
import { TOPOLOGIES, type Topology, topologyName, topologyPicture } from './topology.ts'

const OURS = 'millrace'
const SINGLE = { kind: 'int32', batch: 1 } as const
const BATCH = 64

/** Queues beside bounded channels of other packages and languages, of the same capacity; and pools. */
export const RIVALS: readonly Scenario[] = [...TOPOLOGIES.map(rivalry), ...TASKS]

function rivalry(topology: Topology): Scenario {
  const name = topologyName(topology)
  return {
    ...RATE,
    name: `rivals/${name}`,
    group: 'rivals',
    title: 'an int32 a call, or 64 where the name says so',
    picture: topologyPicture(topology),
    threads: topology.producers + topology.consumers,
    baseline: OURS,
    inQuick: name === '1P1C' || name === '2P2C',
    contenders: async (plan) => {
      const single = plan.items(3_000_000)
      const batched = plan.items(20_000_000)
      const posted = plan.items(100_000)
      const ours = queueContender(OURS, SINGLE, topology, single)
      const again = queueContender(`${OURS} again`, SINGLE, topology, single)
      return [
        ours,
        { ...again, isControl: true },
        queueContender(`${OURS}, ${BATCH} a call`, { ...SINGLE, batch: BATCH }, topology, batched),
        ...(name === '1P1C' ? rings(plan) : []),
        ...(await multithreading(topology, plan.items(4096), plan)),
        messageContender('receiveMessageOnPort', SINGLE, topology, posted),
        messageContender('postMessage', SINGLE, topology, posted),
        ...NATIVE_RIVALS.flatMap((rival): Contender[] => {
          const built = builtOf(rival)
          if ('failure' in built) {
            plan.leaveOut(built.failure)
            return []
          }
          const items = plan.items(rival.items)
          const start = () => startProgram(rival.name, built.command, topology, items)
          return [{ name: rival.name, items, start }]
        }),
      ]
    },
  }
}

function rings(plan: Plan): Contender[] {
  return [
    ring('ringbuf.js', 1, plan.items(500_000)),
    ring(`ringbuf.js, ${BATCH} a call`, BATCH, plan.items(5_000_000)),
  ]
}
