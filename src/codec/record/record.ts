import type { BuiltinCodec, Codec } from '../codec.ts'
import { makeBuiltin } from '../make-builtin.ts'
import { compiledDecoder, compiledEncoder } from './compiled/index.ts'
import { layoutOf } from './format/index.ts'
import {
  type PlainSchema,
  parsePlain,
  parseSchema,
  plainSchema,
  type RecordItem,
  type RecordSchema,
  type RecordType,
  textOf,
} from './schema/index.ts'
import { walkingDecoder, walkingEncoder } from './walking/index.ts'

/** Marks the record codecs of every copy of this library in the process. Its value is the schema. */
const RECORD = Symbol.for('millrace.record-codec')
/** The record codecs that this copy of the library made. */
const own = new WeakSet<object>()
/** So many codecs are kept for queues of the same schema. One that is left out is compiled again. */
const MAX_KEPT = 100

// biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
type AnyRecord = BuiltinCodec<any>

/** The codecs of this thread by the text of their schemas, the last used one last. */
const codecs = new Map<string, AnyRecord>()

/**
 * A codec for objects of one shape, compiled from a schema: several times as fast as `codecs.structured`, and
 * in fewer bytes. Other threads get the schema in the queue's handle.
 *
 * A schema names each field and its type:
 * - `'string'`, `'boolean'`, `'float64'` (any number), `'int32'` (integers from -2^31 to 2^31 - 1; -0 arrives
 *   as 0), `'uint32'` (integers from 0 to 2^32 - 1), `'bytes'` (a Uint8Array, which arrives with memory of
 *   its own);
 * - one of these with `[]`, a list;
 * - an array of 1 to 65,536 different words, an enum;
 * - a plain object of fields, a record in the record;
 * - `array(type)`, a list of any of these.
 *
 * With `?` at the end (`'string?'`, `'int32[]?'`), or by `optional(type)`, items may lack the field. It is
 * present if it is an own property of the item that is not undefined. All other fields must be there. Fields
 * that the schema does not name are not sent. A schema has 1 to 256 fields, those of inner records included,
 * and is nested at most 32 deep.
 *
 * An item that does not fit the schema is refused with the path and the value at fault, as in `item.tags[3]
 * must be a string`; in a queue that is the `cause` of a CodecError. A string that was cut out of an item may
 * keep up to 512 bytes of that item's text in memory.
 *
 * @example
 * const task = record({ id: 'string', level: ['easy', 'hard'], tags: 'string[]', note: 'string?' })
 * const queue = new Queue({ codec: task })
 * await queue.put({ id: 'a1', level: 'easy', tags: [] })
 *
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`) or RangeError (`ERR_OUT_OF_RANGE`) that
 *   names the field at fault, such as one of an unknown type, or one named `__proto__`
 */
export function record<const S extends RecordSchema>(schema: S): Codec<RecordItem<S>> {
  return codecOf(parseSchema(schema))
}

/** The codec of a schema that came in a handle. @throws TypeError, RangeError if it is no schema */
export function recordFromPlain(schema: unknown): AnyRecord {
  return codecOf(parsePlain(schema))
}

/** The form for cells of a record codec; undefined for any other codec. */
export function recordCell(codec: object): AnyRecord | undefined {
  if (own.has(codec)) return codec as AnyRecord
  const schema = recordSchema(codec)
  return schema === undefined ? undefined : recordFromPlain(schema)
}

/** The schema of a record codec, also of one that another copy of this library made; else undefined. */
export function recordSchema(codec: object): unknown {
  return (codec as { [RECORD]?: unknown })[RECORD]
}

function codecOf(type: RecordType): AnyRecord {
  const text = textOf(type)
  const codec = codecs.get(text) ?? recordCodec(type)
  codecs.delete(text)
  codecs.set(text, codec)
  for (const oldest of codecs.keys()) {
    if (codecs.size <= MAX_KEPT) break
    codecs.delete(oldest)
  }
  return codec
}

function recordCodec(type: RecordType): AnyRecord {
  const layout = layoutOf(type)
  const encode = compiledEncoder(layout) ?? walkingEncoder(layout)
  const decode = compiledDecoder(layout) ?? walkingDecoder(layout)
  const codec: AnyRecord = {
    ...makeBuiltin<unknown>({
      name: 'record',
      write: (item, span, at, end) => encode(item, span.bytes, at, end),
      read: (span, at, length) => decode(span.bytes, at, length),
    }),
    byteLength: layout.byteLength,
  }
  const schema: PlainSchema = deepFrozen(plainSchema(type))
  Object.defineProperty(codec, RECORD, { __proto__: null, value: schema } as PropertyDescriptor)
  own.add(codec)
  return Object.freeze(codec)
}

/** A schema is part of handles, and must not change. */
function deepFrozen<T extends object>(data: T): T {
  for (const value of Object.values(data)) if (typeof value === 'object') deepFrozen(value)
  return Object.freeze(data)
}
