import { type Field, pathOf, type RecordType, type Type } from '../schema/index.ts'

/**
 * Where the parts of an item lie.
 *
 * An item is a header, a body and a text. The text is that of all strings of middle length, one after the
 * other, in Latin-1 if it can be, else in UTF-16: one call into C++ writes all of them. The header says how
 * long it is; a schema without strings has none.
 *
 * The body is a frame. A frame has a fixed part: the bits that say which optional fields are present, and a
 * slot for each value at a constant offset. Behind the fixed part comes, in the order of the slots, the rest
 * of the values that do not fit into theirs. The fields of a required record inside a record are part of the
 * same frame.
 *
 * | type | slot | behind the fixed part |
 * |---|---|---|
 * | int32, uint32, float64 | 4, 4, 8 bytes | |
 * | boolean, enum | 1 byte; 2 for an enum of more than 256 words | |
 * | string | 2 bytes: its length | |
 * | string of up to MAX_INLINE characters of Latin-1 | 2 bytes: INLINE plus its length | the characters |
 * | string of more than MAX_SHORT units | 2 bytes: LONG | form and length, 5 bytes, and the text |
 * | bytes | none | 4 bytes, the length, and the bytes |
 * | list | 4 bytes, its length | a frame for each element |
 * | optional record | none | a frame |
 *
 * Numbers are little-endian. The slot of an absent field is zero.
 */
export interface Frame {
  /** Bytes of the fixed part. */
  readonly size: number
  /** Bytes at its start, for the bits of optional fields. */
  readonly flagBytes: number
  readonly value: Place
  /** Values that have a rest behind the fixed part, in order. */
  readonly rest: readonly Place[]
}

/** The place of a value in a frame. */
export interface Place {
  readonly type: Type
  /** The name of the field; empty for the value of a frame. */
  readonly name: string
  /** The path from the value of the frame, as in `.actor.id`. */
  readonly path: string
  /** The offset of the slot in the frame. */
  readonly at: number
  /** Bytes of the slot. */
  readonly slotBytes: number
  /** The number of the bit that says whether it is present, or -1 for a required one. */
  readonly flag: number
  /** The fields of a record. */
  readonly fields: readonly Place[]
  /** The frame of each element of a list, or of an optional record. */
  readonly frame: Frame | undefined
  /** Numbers the places of a schema, for names in compiled code. */
  readonly number: number
}

/** The bytes of a header. */
export const HEADER_BYTES = 4
/** A string of up to so many characters of Latin-1 stands by itself, behind the fixed part of its frame. */
export const MAX_INLINE = 24
/** A string of more UTF-16 units is not part of the text. */
export const MAX_SHORT = 1024
/** Added to the length of a string in its slot: it stands behind the fixed part. */
export const INLINE = 0x8000
/** The slot of a string of more than MAX_SHORT units. */
export const LONG = 0xffff

export interface Layout {
  readonly frame: Frame
  /** All places, by their numbers. */
  readonly places: readonly Place[]
  /** 0 if the schema has no string. */
  readonly headerBytes: number
  /** Set if all items have the same length. */
  readonly byteLength: number | undefined
}

export function layoutOf(type: RecordType): Layout {
  const planner = new Planner()
  const frame = planner.frame(type)
  const headerBytes = planner.hasStrings ? HEADER_BYTES : 0
  const isFixed = !planner.hasStrings && frame.rest.length === 0
  const byteLength = isFixed ? frame.size : undefined
  return { frame, places: planner.places, headerBytes, byteLength }
}

class Planner {
  readonly places: Place[] = []
  hasStrings = false
  #count = 0

  frame(type: Type): Frame {
    const flagBytes = (countFlags(type) + 7) >> 3
    const build: FrameBuild = { size: flagBytes, flags: 0, rest: [] }
    const value = this.#place(build, { name: '', type, optional: false }, '')
    return { size: build.size, flagBytes, value, rest: build.rest }
  }

  #place(build: FrameBuild, { name, type, optional }: Field, path: string): Place {
    const number = this.#count++
    const isRest = type.kind === 'record' && optional
    const flag = optional ? build.flags++ : -1
    const at = build.size
    const slotBytes = bytesOfSlot(type)
    build.size += slotBytes
    const fields =
      type.kind === 'record' && !isRest
        ? type.fields.map((field) => this.#place(build, field, pathOf(path, field.name)))
        : []
    const frame = type.kind === 'list' ? this.frame(type.element) : isRest ? this.frame(type) : undefined
    const place: Place = { type, name, path, at, slotBytes, flag, fields, frame, number }
    this.places[number] = place
    if (type.kind === 'string') {
      this.hasStrings = true
    }
    if (frame !== undefined || type.kind === 'string' || type.kind === 'bytes') build.rest.push(place)
    return place
  }
}

interface FrameBuild {
  size: number
  flags: number
  readonly rest: Place[]
}

/** How many optional fields belong to the frame of `type`. */
function countFlags(type: Type): number {
  if (type.kind !== 'record') return 0
  return type.fields.reduce((count, field) => count + (field.optional ? 1 : countFlags(field.type)), 0)
}

function bytesOfSlot(type: Type): number {
  switch (type.kind) {
    case 'boolean':
      return 1
    case 'enum':
      return type.words.length <= 256 ? 1 : 2
    case 'string':
      return 2
    case 'int32':
    case 'uint32':
    case 'list':
      return 4
    case 'float64':
      return 8
    default:
      return 0
  }
}
