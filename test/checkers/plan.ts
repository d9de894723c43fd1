import { KINDS, type Kind } from '../support/queues.ts'
import { FORMS, type Form, type Topology } from './recording.ts'

export interface QueueRun extends Topology {
  readonly kind: Kind
  readonly forms: readonly Form[]
}

export interface TicketRun extends Topology {
  readonly backEnd: 'Atomics' | 'WebAssembly'
}

const CAPACITIES = [1, 2, 7, 64]
const SIZES = [2, 3]
/**
 * First positions: zero, and some from which the words of positions change sign, or positions wrap, during a
 * run.
 */
const STARTS = [0, 2 ** 30 - 1000, 2 ** 31 - 1000]

/**
 * The runs of each kind of queue by its public API: 2P2C and 3P3C at each capacity, with alternating forms of
 * calls.
 */
export function queueRuns(operations: number): QueueRun[] {
  return KINDS.flatMap((kind) =>
    topologies(operations).map((topology, index) => {
      const shift = index % FORMS.length
      return { ...topology, kind, forms: [...FORMS.slice(shift), ...FORMS.slice(0, shift)] }
    }),
  )
}

/** The runs of the core of a FIFO queue by each back end, at the same capacities. */
export function ticketRuns(operations: number): TicketRun[] {
  return (['Atomics', 'WebAssembly'] as const).flatMap((backEnd) =>
    topologies(operations).map((topology) => ({ ...topology, backEnd })),
  )
}

function topologies(operations: number): Topology[] {
  return SIZES.flatMap((size) => CAPACITIES.map((capacity) => ({ size, capacity }))).map(
    ({ size, capacity }, index) => ({
      producers: size,
      consumers: size,
      capacity,
      operations,
      start: STARTS[index % STARTS.length] as number,
    }),
  )
}

export function titleOf(run: QueueRun | TicketRun): string {
  const { producers, consumers, capacity, start = 0 } = run
  const what = 'kind' in run ? `${run.kind}, ${run.forms.join(' ')}` : `core, ${run.backEnd}`
  return `${what}, ${producers}P${consumers}C, capacity ${capacity}, from ${start}`
}
