import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Crew, type Job } from '../crew.ts'
import { DIST } from '../paths.ts'
import { type Scenario, type SelectCase, type Target, wholeShares } from './scenario.ts'
import { TOPOLOGIES, type Topology, topologyName, topologyPicture } from './topology.ts'

/** What is handed over, and how many at a time. */
interface Freight {
  readonly name: string
  readonly title: string
  readonly payload: 'int32' | 'object'
  readonly batch: number
  /** Items a round: an eighth to a quarter of a second on an idle machine. */
  readonly queued: number
  readonly posted: number
  readonly target?: number
}

const FREIGHTS: readonly Freight[] = [
  {
    name: 'int32',
    title: 'an int32 a call: putSync, getSync + taskDone',
    payload: 'int32',
    batch: 1,
    queued: 1_000_000,
    posted: 100_000,
    target: 8,
  },
  {
    name: 'int32-batch',
    title: '64 int32 a call: putManySync, getManySync + taskDone(n)',
    payload: 'int32',
    batch: 64,
    queued: 1_000_000,
    posted: 1_000_000,
  },
  {
    name: 'object',
    title: 'an object of 4 fields a call, default codec: putSync, getSync + taskDone',
    payload: 'object',
    batch: 1,
    queued: 120_000,
    posted: 50_000,
    target: 1.5,
  },
  {
    name: 'object-batch',
    title: '64 objects of 4 fields a call, default codec: putManySync, getManySync + taskDone(n)',
    payload: 'object',
    batch: 64,
    queued: 120_000,
    posted: 120_000,
  },
]

export const THROUGHPUT: readonly Scenario[] = FREIGHTS.flatMap((freight) =>
  TOPOLOGIES.map((topology) => scenarioOf(freight, topology)),
)

function scenarioOf(freight: Freight, topology: Topology): Scenario {
  const name = `${freight.name}/${topologyName(topology)}`
  const [put, get] = freight.batch === 1 ? ['putSync', 'getSync'] : ['putManySync', 'getManySync']
  const ours = `${put}/${get}`
  const target: Target | undefined =
    freight.target !== undefined && topologyName(topology) === '1P1C'
      ? { contender: ours, atLeast: freight.target }
      : undefined
  return {
    name,
    title: freight.title,
    picture: topologyPicture(topology),
    threads: topology.producers + topology.consumers,
    baseline: 'postMessage',
    ...(target === undefined ? {} : { target }),
    contenders: async (items) => [
      queueContender(`${name} ${ours}`, ours, freight, topology, wholeShares(items ?? freight.queued)),
      messageContender(`${name} postMessage`, freight, topology, wholeShares(items ?? freight.posted)),
    ],
  }
}

function queueContender(
  label: string,
  name: string,
  freight: Freight,
  topology: Topology,
  items: number,
): SelectCase {
  return {
    name,
    items,
    async start() {
      return Crew.start(label, await queueJobs(freight, topology, items), items)
    },
  }
}

/** The threads of loops around one queue, of class `kind`. */
export async function queueJobs(
  freight: Pick<Freight, 'payload' | 'batch'>,
  topology: Topology,
  items: number,
  kind: Kind = 'Queue',
): Promise<Job[]> {
  const millrace = (await import(new URL('index.js', DIST).href)) as typeof import('../../src/index.ts')
  const { handle } = new millrace[kind]<unknown>(
    freight.payload === 'int32' ? { codec: millrace.codecs.int32 as never } : {},
  )
  return jobs('queue', freight, topology, items, () => ({
    data: { handle, isRanked: kind === 'PriorityQueue' },
  }))
}

export type Kind = 'Queue' | 'LifoQueue' | 'PriorityQueue'

/** A channel from each producer to each consumer; a producer takes its consumers in turn. */
function messageContender(label: string, freight: Freight, topology: Topology, items: number): SelectCase {
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
      return Crew.start(
        label,
        jobs('messages', freight, topology, items, (part, index) => {
          const own = ports[part][index] as MessagePort[]
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
  { payload, batch }: Pick<Freight, 'payload' | 'batch'>,
  { producers, consumers }: Topology,
  items: number,
  means: (part: 'producer' | 'consumer', index: number) => { data: object; transfer?: MessagePort[] },
): Job[] {
  const group = (part: 'producer' | 'consumer', threads: number): Job[] =>
    Array.from({ length: threads }, (_, index) => {
      const share = items / threads
      const { data, transfer = [] } = means(part, index)
      return { file, part, data: { ...data, payload, batch, share, first: index * share }, transfer }
    })
  return [...group('producer', producers), ...group('consumer', consumers)]
}
