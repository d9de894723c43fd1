/** The kind of the items, how they are encoded, and how many go in one call. */
export interface Payload {
  readonly name: string
  readonly title: string
  readonly kind: 'int32' | 'object'
  readonly codec: 'int32' | 'default' | 'record'
  readonly batch: number
  /** Items of a round: it takes an eighth to a quarter of a second on an idle machine. */
  readonly queued: number
  readonly posted: number
  /** The least ratio to postMessage from one producer to one consumer. */
  readonly target?: number
}

const BATCH = 64
const NUMBER = { kind: 'int32', codec: 'int32' } as const
const OBJECT = { kind: 'object', codec: 'default' } as const
const RECORD = { kind: 'object', codec: 'record' } as const
const ONE_BY_ONE = 'putSync, getSync + taskDone'
const MANY = 'putManySync, getManySync + taskDone(n)'

export const PAYLOADS: readonly Payload[] = [
  {
    name: 'int32',
    title: `an int32 a call: ${ONE_BY_ONE}`,
    ...NUMBER,
    batch: 1,
    queued: 1_000_000,
    posted: 100_000,
    target: 8,
  },
  {
    name: 'int32-batch',
    title: '64 int32 a call: putManySync of an Int32Array, getManySync into one + taskDone(n)',
    ...NUMBER,
    batch: BATCH,
    queued: 1_000_000,
    posted: 1_000_000,
  },
  {
    name: 'object',
    title: `an object of 4 fields a call, default codec: ${ONE_BY_ONE}`,
    ...OBJECT,
    batch: 1,
    queued: 120_000,
    posted: 50_000,
    target: 4,
  },
  {
    name: 'object-batch',
    title: `64 objects of 4 fields a call, default codec: ${MANY}`,
    ...OBJECT,
    batch: BATCH,
    queued: 120_000,
    posted: 120_000,
    target: 2,
  },
  {
    name: 'record',
    title: `an object of 4 fields a call, codec record: ${ONE_BY_ONE}`,
    ...RECORD,
    batch: 1,
    queued: 240_000,
    posted: 50_000,
    target: 8,
  },
  {
    name: 'record-batch',
    title: `64 objects of 4 fields a call, codec record: ${MANY}`,
    ...RECORD,
    batch: BATCH,
    queued: 240_000,
    posted: 120_000,
    target: 4,
  },
]

/** The fields of the object, as `record` takes them. */
export const FIELDS = {
  id: 'string',
  type: ['easy', 'medium', 'hard'],
  data: 'string',
  createdAt: 'float64',
} as const
