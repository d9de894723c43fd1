import {
  type Frame,
  hasMap,
  INLINE,
  type Layout,
  LONG,
  MAX_INLINE,
  MAX_SHORT,
  type Place,
} from '../format/index.ts'

/**
 * The source of an encoder: a function (item, bytes, at, end) that returns the item's length. The names that
 * it needs are those of `scopeOf` in encoder.ts.
 *
 * `p` is the position. `b` is the memory that is written to, from `a` to `e`: `bytes`, or `scratch` when that
 * is full. `skipped` counts what went before. Each turn of `scratch` overwrites the one before, since the
 * bytes of an item that does not fit mean nothing. `v5` is the value of place 5, `n5` its length or number,
 * and `q2` the start of frame 2. `t` is the text of the item.
 */
export function encoderSource({ frame, headerBytes }: Layout): string {
  const source = new EncoderSource().frame(frame, 'v0', '"item"', headerBytes)
  const end =
    headerBytes > 0 ? 'return finishText(t, bytes, at, end, skipped + p - a)' : 'return skipped + p - a'
  return `return (v0, bytes, at, end) => {
let b = bytes, a = at, p = at, e = end, skipped = 0, t = ''
${source}
${end}
}`
}

/** The names of one frame in the source. */
interface Names {
  /** Its start. */
  readonly start: string
  /** The bits of eight of its optional fields. */
  flags(index: number): string
  /** An expression of the path of its value. */
  readonly path: string
}

class EncoderSource {
  #frames = 0

  /**
   * Writes the value `v`, whose path is the expression `path`, as a frame behind `before` bytes of a header.
   */
  frame(frame: Frame, v: string, path: string, before = 0): string {
    const number = this.#frames++
    const names: Names = { start: `q${number}`, flags: (index) => `f${number}_${index}`, path }
    const flags = Array.from({ length: frame.flagBytes }, (_, i) => names.flags(i))
    const size = before + frame.size
    return lines(
      size > 0 && `if (${size} > e - p) { ${OVERFLOW} }`,
      `const ${names.start} = p + ${before}; p += ${size}`,
      flags.length > 0 && `let ${flags.map((flag) => `${flag} = 0`).join()}`,
      this.#place(frame.value, v, names),
      ...flags.map((flag, i) => `b[${names.start} + ${i}] = ${flag}`),
      ...frame.rest.map((place) => this.#rest(place, names)),
    )
  }

  /** Checks the value `v` and writes its slot. */
  #place(place: Place, v: string, names: Names): string {
    const { type, number } = place
    const n = `n${number}`
    const path = `${names.path} + ${JSON.stringify(place.path)}`
    const wrong = `throw wrongValue(types[${number}], ${path}, ${v})`
    const slot = slotsOf(place, names)
    switch (type.kind) {
      case 'string':
        return lines(`if (typeof ${v} !== 'string') ${wrong}`, `${n} = ${v}.length`)
      case 'int32':
        return `if (typeof ${v} !== 'number' || (${v} | 0) !== ${v}) ${wrong}\n${word(slot, v)}`
      case 'uint32':
        return `if (typeof ${v} !== 'number' || (${v} >>> 0) !== ${v}) ${wrong}\n${word(slot, v)}`
      case 'float64':
        return lines(
          `if (typeof ${v} !== 'number') ${wrong}`,
          `double[0] = ${v}`,
          Array.from({ length: 8 }, (_, i) => `${slot(i)} = eight[${i}]`).join('; '),
        )
      case 'boolean':
        return `if (typeof ${v} !== 'boolean') ${wrong}\n${slot(0)} = ${v} ? 1 : 0`
      case 'enum':
        return hasMap(type)
          ? lines(
              `${n} = wordNumber(maps[${number}], ${v})`,
              `if (${n} === undefined) ${wrong}`,
              `${slot(0)} = ${n}`,
              type.words.length > 256 && `${slot(1)} = ${n} >>> 8`,
            )
          : lines(
              `switch (${v}) {`,
              ...type.words.map((each, i) => `case ${JSON.stringify(each)}: ${slot(0)} = ${i}; break`),
              `default: ${wrong}`,
              '}',
            )
      case 'bytes':
        return `if (!isUint8Array(${v})) ${wrong}`
      case 'list':
        return lines(
          `if (!isArray(${v})) ${wrong}`,
          `${n} = ${v}.length`,
          `if (${n} >>> 0 !== ${n}) throw wrongLength(${path}, ${n})`,
          word(slot, n),
        )
      case 'record':
        return lines(
          `if (typeof ${v} !== 'object' || ${v} === null) ${wrong}`,
          ...place.fields.map((field) => this.#field(field, v, names)),
        )
    }
  }

  /** Reads a field of the record `v`, once. */
  #field(field: Place, record: string, names: Names): string {
    const name = JSON.stringify(field.name)
    const v = `v${field.number}`
    const length = hasLength(field) && `let n${field.number} = 0`
    if (field.flag < 0) {
      return lines(length, `const ${v} = ${record}[${name}]`, this.#place(field, v, names))
    }
    const slot = slotsOf(field, names)
    return lines(
      length,
      `const ${v} = hasOwn(${record}, ${name}) ? ${record}[${name}] : undefined`,
      `if (${v} !== undefined) {`,
      `${names.flags(field.flag >> 3)} |= ${1 << (field.flag & 7)}`,
      // An optional record has a frame of its own, which checks and writes it.
      field.type.kind !== 'record' && this.#place(field, v, names),
      `} else { ${Array.from({ length: field.slotBytes }, (_, i) => `${slot(i)} = 0`).join('; ')} }`,
    )
  }

  /** Writes what follows the fixed part of a frame for one of its values. */
  #rest(place: Place, names: Names): string {
    const v = `v${place.number}`
    const n = `n${place.number}`
    const path = `${names.path} + ${JSON.stringify(place.path)}`
    switch (place.type.kind) {
      case 'string':
        return this.#string(place, names)
      case 'bytes':
        return `${place.flag < 0 ? '' : `if (${v} !== undefined) `}{ ${written(`writeBytes(${v}, b, p, e)`)} }`
      case 'list': {
        const i = `i${place.number}`
        return this.#inner(
          place,
          `for (let ${i} = 0; ${i} < ${n}; ${i}++)`,
          `${v}[${i}]`,
          `${path} + "[" + ${i} + "]"`,
        )
      }
      default:
        return this.#inner(place, `if (${v} !== undefined)`, v, path)
    }
  }

  #string(place: Place, names: Names): string {
    const v = `v${place.number}`
    const n = `n${place.number}`
    const slot = slotsOf(place, names)
    return lines(
      place.flag >= 0 && `if (${v} !== undefined)`,
      `if (${n} <= ${MAX_INLINE}) {`,
      `if (${n} > e - p) { ${OVERFLOW} }`,
      'let all = 0',
      `for (let i = 0; i < ${n}; i++) { const u = ${v}.charCodeAt(i); all |= u; b[p + i] = u }`,
      `${slot(0)} = ${n}`,
      `if (all <= 255) { ${slot(1)} = ${INLINE >>> 8}; p += ${n} } else { ${slot(1)} = 0; t += ${v} }`,
      `} else if (${n} <= ${MAX_SHORT}) { ${slot(0)} = ${n}; ${slot(1)} = ${n} >>> 8; t += ${v} }`,
      `else { ${slot(0)} = ${LONG & 0xff}; ${slot(1)} = ${LONG >>> 8}; ${written(`writeLong(${v}, b, p, e)`)} }`,
    )
  }

  /** The frame of a list's element or of an optional record. */
  #inner({ frame }: Place, head: string, value: string, path: string): string {
    const { value: inner } = frame!
    const v = `v${inner.number}`
    return lines(
      `${head} {`,
      hasLength(inner) && `let n${inner.number} = 0`,
      `const ${v} = ${value}`,
      this.frame(frame!, v, path),
      '}',
    )
  }
}

/** Goes on in scratch memory, where what comes next does not fit. */
const OVERFLOW = 'skipped += p - a; b = scratch; a = p = 0; e = scratch.length'

/** Whether the source has a variable for the length or number of the value. */
function hasLength({ type }: Place): boolean {
  return type.kind === 'string' || type.kind === 'list' || hasMap(type)
}

function lines(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false && part !== '').join('\n')
}

function slotsOf(place: Place, { start }: Names): (offset: number) => string {
  return (offset) => `b[${start} + ${place.at + offset}]`
}

/** Calls a function that writes at `p` before `e`, and returns how many bytes that takes. */
function written(call: string): string {
  return `const k = ${call}
if (k > e - p) { skipped += p - a + k; b = scratch; a = p = 0; e = scratch.length } else p += k`
}

function word(slot: (offset: number) => string, v: string): string {
  return `${slot(0)} = ${v}; ${slot(1)} = ${v} >>> 8; ${slot(2)} = ${v} >>> 16; ${slot(3)} = ${v} >>> 24`
}
