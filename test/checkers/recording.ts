import { geometryOf, layOut } from '../../src/core/geometry.ts'
import { allocate } from '../../src/core/instance.ts'
import { codecs } from '../../src/index.ts'
import { type Kind, queueAt } from '../support/queues.ts'
import { type FixtureThread, startThread } from '../support/threads.ts'
import { CONTROL_BYTES, FIELDS, KINDS, REFUSALS, recordBytes, UNKNOWN } from './fixtures/recorder.mjs'
import type { Operation } from './operation.ts'
import type { Exchange } from './positions.ts'

/**
 * The calls of a thread of the public API: blocking; at once, then blocking after a refusal; or awaiting,
 * several at a time.
 */
export const FORMS = ['sync', 'try', 'async'] as const
export type Form = (typeof FORMS)[number]

export interface Topology {
  readonly producers: number
  readonly consumers: number
  readonly capacity: number
  /** Puts and takes in all, approximately. */
  readonly operations: number
  /** First position, 0 to 2^31 - 1. */
  readonly start?: number
  /** Time after which the run fails. */
  readonly deadlineMs?: number
}

export interface Recording {
  readonly producers: readonly (readonly Exchange[])[]
  readonly consumers: readonly (readonly Exchange[])[]
  readonly history: readonly Exchange[]
  /** The reasons why threads stopped early, which only threads with a sabotaged core may do. */
  readonly failures: readonly string[]
  readonly ms: number
}

export interface TicketRecording extends Recording {
  readonly ringSize: number
}

/**
 * Records threads that use a queue by its public API. `forms` are those of the producers, then of the
 * consumers, repeated.
 */
export async function recordQueue(
  run: Topology & { readonly kind?: Kind; readonly forms?: readonly Form[]; readonly fault?: string },
): Promise<Recording> {
  const { kind = 'fifo', forms = FORMS, fault, start = 0, capacity, producers, consumers } = run
  const settings = {
    maxsize: capacity,
    codec: codecs.int32,
    ack: 'auto',
    maxThreads: producers + consumers + 1,
  } as const
  const queue = queueAt<number>(start, settings, kind)
  try {
    const data = (index: number) => ({
      handle: queue.handle,
      form: forms[index % forms.length],
      fault,
    })
    return await record('user.mjs', run, data)
  } finally {
    queue[Symbol.dispose]()
  }
}

/** Records threads that use the operations of the core, by the named back end. Atomics records tickets. */
export async function recordTickets(
  run: Topology & { readonly backEnd: 'Atomics' | 'WebAssembly'; readonly sabotage?: string },
): Promise<TicketRecording> {
  const { capacity, producers, consumers, start = 0, backEnd, sabotage, deadlineMs = 60_000 } = run
  const geometry = geometryOf({
    maxsize: capacity,
    itemBytes: 4,
    maxItemBytes: 4,
    memoryBytes: 0,
    maxThreads: producers + consumers,
    maxInFlight: 1,
    maxDeliveries: 0,
    hasDeadLetters: false,
  })
  const memory = allocate(geometry.bytes)
  layOut(memory.buffer, geometry, start)
  const data = (ledgerIndex: number) => ({
    memory,
    geometry,
    start,
    backEnd,
    sabotage,
    ledgerIndex,
    // A sabotaged core loses items that other threads wait for.
    deadlineMs: sabotage === undefined ? deadlineMs / 2 : 1000,
  })
  return { ...(await record('ticket-user.mjs', run, data)), ringSize: geometry.ringSize }
}

async function record(
  fixture: string,
  { producers, consumers, capacity, operations, deadlineMs = 60_000 }: Topology,
  dataOf: (thread: number) => object,
): Promise<Recording> {
  // The items left in the queue are part of the history, too.
  const left = Math.min(capacity, 5)
  const each = Math.ceil((operations + left) / 2 / producers)
  const takes = each * producers - left
  const control = new SharedArrayBuffer(CONTROL_BYTES)
  const threads = producers + consumers
  const common = { producers, each, takes, threads, control }
  const records: SharedArrayBuffer[] = []
  const started: FixtureThread[] = []
  const start = (role: string, index: number, thread: number) => {
    const calls = role === 'produce' ? each : takes
    const buffer = new SharedArrayBuffer(recordBytes((1 + REFUSALS) * calls))
    records.push(buffer)
    const data = { ...common, ...dataOf(thread), role, index, record: buffer }
    started.push(startThread(`../../checkers/fixtures/${fixture}`, data))
  }
  const since = performance.now()
  for (let index = 0; index < producers; index++) start('produce', index, index)
  for (let index = 0; index < consumers; index++) start('consume', index, producers + index)
  const outcomes = await Promise.all(started.map((thread) => thread.ended(deadlineMs)))
  const ms = performance.now() - since
  const histories = records.map(historyIn)
  return {
    producers: histories.slice(0, producers),
    consumers: histories.slice(producers),
    history: histories.flat(),
    failures: outcomes.flatMap(({ messages }) => (messages as { failure?: string }[]).flatMap(failureOf)),
    ms,
  }
}

function failureOf({ failure }: { failure?: string }): string[] {
  return failure === undefined ? [] : [failure]
}

function historyIn(record: SharedArrayBuffer): Exchange[] {
  const words = new Int32Array(record)
  const count = words[0] as number
  return Array.from({ length: count }, (_, index) => {
    const word = (field: number) => words[1 + index * FIELDS + field] as number
    const ticket = word(4)
    return {
      kind: KINDS[word(0)] as Operation['kind'],
      value: word(1),
      invoked: word(2),
      returned: word(3),
      ticket: ticket === UNKNOWN ? undefined : ticket,
      given: word(5),
      got: word(6),
    }
  })
}
