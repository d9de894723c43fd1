import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { type Job, LoopWorkers } from '../loop-workers.ts'
import { DIST } from '../paths.ts'
import { type Contender, RATE, type Scenario, type Target } from './scenario.ts'
import { TOPOLOGIES, type Topology, topologyName, topologyPicture } from './topology.ts'

/** The kind of the items, and how many go in one call. */
interface Payload {
  readonly name: string
  readonly title: string
  readonly kind: 'int32' | 'object'
  readonly batch: number
  /** Items of a round: it takes an eighth to a quarter of a second on an idle machine. */
  readonly queued: number
  readonly posted: number
  readonly target?: number
}

const PAYLOADS: readonly Payload[] = [
  {
    name: 'int32',
    title: 'an int32 a call: putSync, getSync + taskDone',
    kind: 'int32',
    batch: 1,
    queued: 1_000_000,
    posted: 100_000,
    target: 8,
  },
  {
    name: 'int32-batch',
    title: '64 int32 a call: putManySync of an Int32Array, getManySync into one + taskDone(n)',
    kind: 'int32',
    batch: 64,
    queued: 1_000_000,
    posted: 1_000_000,
  },
  {
    name: 'object',
    title: 'an object of 4 fields a call, default codec: putSync, getSync + taskDone',
    kind: 'object',
    batch: 1,
    queued: 120_000,
    posted: 50_000,
    target: 1.5,
  },
  {
    name: 'object-batch',
    title: '64 objects of 4 fields a call, default codec: putManySync, getManySync + taskDone(n)',
    kind: 'object',
    batch: 64,
    queued: 120_000,
    posted: 120_000,
  },
]

export const THROUGHPUT: readonly Scenario[] = PAYLOADS.flatMap((payload) =>
  TOPOLOGIES.map((topology) => scenarioOf(payload, topology)),
)

function scenarioOf(payload: Payload, topology: Topology): Scenario {
  const name = `${payload.name}/${topologyName(topology)}`
  const [put, get] = payload.batch === 1 ? ['putSync', 'getSync'] : ['putManySync', 'getManySync']
  const ours = `${put}/${get}`
  const target: Target | undefined =
    payload.target !== undefined && topologyName(topology) === '1P1C'
      ? { contender: ours, atLeast: payload.target }
      : undefined
  return {
    ...RATE,
    name,
    group: payload.name,
    inQuick: topologyName(topology) === '1P1C',
    title: payload.title,
    picture: topologyPicture(topology),
    threads: topology.producers + topology.consumers,
    baseline: 'postMessage',
    ...(target === undefined ? {} : { target }),
    contenders: (plan) => [
      queueContender(`${name} ${ours}`, ours, payload, topology, plan.items(payload.queued)),
      messageContender(`${name} postMessage`, payload, topology, plan.items(payload.posted)),
    ],
  }
}

function queueContender(
  label: string,
  name: string,
  payload: Payload,
  topology: Topology,
  items: number,
): Contender {
  return {
    name,
    items,
    async start() {
      return LoopWorkers.start(label, await queueJobs(payload, topology, items), items)
    },
  }
}

/** The threads of loops around one queue, of class `queueClass`. */
export async function queueJobs(
  payload: Pick<Payload, 'kind' | 'batch'>,
  topology: Topology,
  items: number,
  queueClass: QueueClass = 'Queue',
): Promise<Job[]> {
  const millrace = (await import(new URL('index.js', DIST).href)) as typeof import('../../src/index.ts')
  const { handle } = new millrace[queueClass]<unknown>({
    // Its own thread is attached as well.
    maxThreads: Math.max(64, topology.producers + topology.consumers + 1),
    ...(payload.kind === 'int32' ? { codec: millrace.codecs.int32 as never } : {}),
  })
  return jobs('queue', payload, topology, items, () => ({
    data: { handle, isRanked: queueClass === 'PriorityQueue' },
  }))
}

export type QueueClass = 'Queue' | 'LifoQueue' | 'PriorityQueue'

/** A channel from each producer to each consumer; a producer takes its consumers in turn. */
function messageContender(label: string, payload: Payload, topology: Topology, items: number): Contender {
  return {
    name: 'postMessage',
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
      return LoopWorkers.start(
        label,
        jobs('messages', payload, topology, items, (role, index) => {
          const own = ports[role][index] as MessagePort[]
          return { data: { ports: own }, transfer: own }
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
  { kind, batch }: Pick<Payload, 'kind' | 'batch'>,
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
