import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { QueueOptions } from '../../src/index.ts'
import { type Job, LoopWorkers } from '../loop-workers.ts'
import { load } from '../package.ts'
import { codecOption } from './codec.ts'
import { PAYLOADS, type Payload } from './payloads.ts'
import { type Contender, RATE, type Scenario, type Target } from './scenario.ts'
import { TOPOLOGIES, type Topology, topologyName, topologyPicture } from './topology.ts'

export const THROUGHPUT: readonly Scenario[] = PAYLOADS.flatMap((payload) =>
  TOPOLOGIES.map((topology) => scenarioOf(payload, topology)),
)

function scenarioOf(payload: Payload, topology: Topology): Scenario {
  const name = `${payload.name}/${topologyName(topology)}`
  const isPair = topologyName(topology) === '1P1C'
  const [put, get] = payload.batch === 1 ? ['putSync', 'getSync'] : ['putManySync', 'getManySync']
  const ours = `${put}/${get}`
  const target: Target | undefined =
    payload.target !== undefined && isPair ? { contender: ours, atLeast: payload.target } : undefined
  return {
    ...RATE,
    name,
    group: payload.name,
    title: payload.title,
    picture: topologyPicture(topology),
    threads: topology.producers + topology.consumers,
    baseline: 'postMessage',
    inQuick: isPair,
    ...(target === undefined ? {} : { target }),
    contenders: async (plan) => {
      const queued = plan.items(payload.queued)
      const posted = plan.items(payload.posted)
      return [
        queueContender(ours, payload, topology, queued),
        ...(isPair
          ? [{ ...queueContender(`${ours} again`, payload, topology, queued), isControl: true }]
          : []),
        messageContender('receiveMessageOnPort', payload, topology, posted),
        messageContender('postMessage', payload, topology, posted),
      ]
    },
  }
}

/** Loops around a queue of its own. */
export function queueContender(
  name: string,
  payload: Moves,
  topology: Topology,
  items: number,
  options: QueueOptions<unknown> = {},
): Contender {
  return {
    name,
    items,
    async start() {
      const jobs = await queueJobs(payload, topology, items, 'Queue', options)
      return LoopWorkers.start(`${name}, ${topologyName(topology)}`, jobs, items)
    },
  }
}

/** The parts of a payload that its threads must know; the codec is that of the kind if it is not given. */
export type Moves = Pick<Payload, 'kind' | 'batch'> & Partial<Pick<Payload, 'codec'>>

/** The threads of loops around one queue, of class `queueClass`. */
export async function queueJobs(
  payload: Moves,
  topology: Topology,
  items: number,
  queueClass: QueueClass = 'Queue',
  options: QueueOptions<unknown> = {},
): Promise<Job[]> {
  const millrace = await load()
  const { handle } = new millrace[queueClass]<unknown>({
    // Its own thread is attached as well.
    maxThreads: Math.max(64, topology.producers + topology.consumers + 1),
    ...(await codecOption(payload.codec ?? (payload.kind === 'int32' ? 'int32' : 'default'))),
    ...(options as object),
  })
  return jobs('queue', payload, topology, items, () => ({
    data: { handle, isRanked: queueClass === 'PriorityQueue' },
  }))
}

export type QueueClass = 'Queue' | 'LifoQueue' | 'PriorityQueue'

/**
 * A channel from each producer to each consumer; a producer takes its consumers in turn. With
 * receiveMessageOnPort a consumer asks its ports in turn, and sleeps on a word when all are empty.
 */
export function messageContender(
  name: 'postMessage' | 'receiveMessageOnPort',
  payload: Moves,
  topology: Topology,
  items: number,
): Contender {
  const isAsked = name === 'receiveMessageOnPort'
  return {
    name,
    items,
    start() {
      const ports = { producer: portLists(topology.producers), consumer: portLists(topology.consumers) }
      for (const out of ports.producer) {
        for (const into of ports.consumer) {
          const { port1, port2 } = new MessageChannel()
          out.push(port1)
          into.push(port2)
        }
      }
      const bells = isAsked ? ports.consumer.map(() => new SharedArrayBuffer(8)) : undefined
      return LoopWorkers.start(
        `${name}, ${topologyName(topology)}`,
        jobs('messages', payload, topology, items, (role, index) => {
          const own = ports[role][index] as MessagePort[]
          return { data: { ports: own, bells, index }, transfer: own }
        }),
        items,
      )
    },
  }
}

function portLists(count: number): MessagePort[][] {
  return Array.from({ length: count }, () => [])
}

function jobs(
  file: Job['file'],
  { kind, batch }: Moves,
  { producers, consumers }: Topology,
  items: number,
  means: (role: 'producer' | 'consumer', index: number) => { data: object; transfer?: MessagePort[] },
): Job[] {
  const group = (role: 'producer' | 'consumer', threads: number): Job[] =>
    Array.from({ length: threads }, (_, index) => {
      const share = items / threads
      const { data, transfer = [] } = means(role, index)
      return { file, role, data: { ...data, payload: kind, batch, share, first: index * share }, transfer }
    })
  return [...group('producer', producers), ...group('consumer', consumers)]
}
