import { type Frame, INLINE, type Layout, LONG, type Place } from '../format/index.ts'

/**
 * Up to so many optional fields, each combination of present fields has an object literal of its own. With
 * more, the fields of an object that lacks some are added one by one.
 */
const MAX_LITERALS_OF = 2

/**
 * The source of a decoder: a function (b, at, length) that returns the item. The names that it needs are
 * those in decoder.ts.
 *
 * `p` is the position, and `e` the end of the body. `v5` is the value of place 5, `n5` its length or number,
 * `r5` the record at place 5, and `q2` the start of frame 2. Each length is read once: the bytes may change.
 */
export function decoderSource({ frame, headerBytes }: Layout): string {
  const source = new DecoderSource().frame(frame, '"item"')
  return `return (b, at, length) => {
const end = at + length
if (length < ${headerBytes + frame.size} || end > b.length) throw tooShort()
let p = at + ${headerBytes}
const e = ${headerBytes > 0 ? 'text.open(b, at, end)' : 'end'}
${source}
if (p !== e${headerBytes > 0 ? ' || text.at !== end' : ''}) throw leftOver()
return ${variableOf(frame.value)}
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

class DecoderSource {
  #frames = 0

  /** Reads the value of a frame, whose path is the expression `path`. */
  frame(frame: Frame, path: string): string {
    const number = this.#frames++
    const names: Names = { start: `q${number}`, flags: (index) => `f${number}_${index}`, path }
    const flags = Array.from({ length: frame.flagBytes }, (_, i) => names.flags(i))
    return lines(
      frame.size > 0 && `if (e - p < ${frame.size}) throw tooShort()`,
      `const ${names.start} = p; p += ${frame.size}`,
      ...flags.map((flag, i) => `const ${flag} = b[${names.start} + ${i}]`),
      this.#place(frame.value, names),
      ...frame.rest.map((place) => this.#rest(place, path, names)),
      objects(frame.value),
    )
  }

  /** Reads the slot of a value. */
  #place(place: Place, names: Names): string {
    if (place.type.kind === 'record' && place.flag < 0) {
      return lines(...place.fields.map((field) => this.#place(field, names)))
    }
    const declared = lines(`let v${place.number}`, hasLength(place) && `let n${place.number} = 0`)
    const slot = this.#slot(place, names)
    if (place.flag < 0 || slot === '') return lines(declared, slot)
    return lines(declared, `if (${isPresent(place, names)}) {`, slot, '}')
  }

  #slot({ type, number, at, path }: Place, { start, path: framePath }: Names): string {
    const v = `v${number}`
    const n = `n${number}`
    const slot = (offset: number) => `b[${start} + ${at + offset}]`
    const inside = `${framePath} + ${JSON.stringify(path)}`
    switch (type.kind) {
      case 'string':
        return `${n} = ${slot(0)} | ${slot(1)} << 8`
      case 'int32':
        return `${v} = ${word(slot)}`
      case 'uint32':
        return `${v} = (${word(slot)}) >>> 0`
      case 'float64':
        return `${Array.from({ length: 8 }, (_, i) => `eight[${i}] = ${slot(i)}`).join('; ')}; ${v} = double[0]`
      case 'boolean':
        return lines(
          `${v} = ${slot(0)}`,
          `if (${v} > 1) throw noBoolean(${inside}, ${v})`,
          `${v} = ${v} === 1`,
        )
      case 'enum':
        return lines(
          `${n} = ${slot(0)}${type.words.length > 256 ? ` | ${slot(1)} << 8` : ''}`,
          `if (${n} >= ${type.words.length}) throw noSuchWord(${inside}, ${n})`,
          `${v} = types[${number}].words[${n}]`,
        )
      case 'list':
        return `${n} = (${word(slot)}) >>> 0`
      default:
        return ''
    }
  }

  /** Reads what follows the fixed part of a frame for one of its values. */
  #rest(place: Place, framePath: string, names: Names): string {
    const v = `v${place.number}`
    const n = `n${place.number}`
    const path = `${framePath} + ${JSON.stringify(place.path)}`
    const ifPresent = place.flag < 0 ? '' : `if (${isPresent(place, names)}) `
    switch (place.type.kind) {
      case 'string':
        return lines(
          `${ifPresent}if (${n} < ${INLINE}) ${v} = text.read(b, ${n})`,
          `else if (${n} === ${LONG}) { ${v} = text.readLong(b, p, e); p = text.next }`,
          `else { ${n} -= ${INLINE}; if (${n} > e - p) throw tooShort(); ${v} = readLatin1(b, p, ${n}); p += ${n} }`,
        )
      case 'bytes':
        return `${ifPresent}{ ${v} = readBytes(b, p, e); p = text.next }`
      case 'list': {
        const i = `i${place.number}`
        return lines(
          `${ifPresent}{`,
          `${v} = []`,
          `for (let ${i} = 0; ${i} < ${n}; ${i}++) {`,
          this.frame(place.frame!, `${path} + "[" + ${i} + "]"`),
          `${v}[${i}] = ${variableOf(place.frame!.value)}`,
          '}',
          '}',
        )
      }
      default:
        return lines(
          `${ifPresent}{`,
          this.frame(place.frame!, path),
          `${v} = ${variableOf(place.frame!.value)}`,
          '}',
        )
    }
  }
}

/** The name of the variable that holds a value. */
function variableOf({ type, flag, number }: Place): string {
  return type.kind === 'record' && flag < 0 ? `r${number}` : `v${number}`
}

function isPresent({ flag }: Place, names: Names): string {
  return `${names.flags(flag >> 3)} & ${1 << (flag & 7)}`
}

/** Makes the objects of a frame, the inner ones first. */
function objects(place: Place): string {
  if (place.type.kind !== 'record' || place.flag >= 0) return ''
  return lines(...place.fields.map(objects), objectOf(place))
}

/** Makes one object. All objects in which the same fields are present have the same hidden class. */
function objectOf({ number, fields }: Place): string {
  const r = `r${number}`
  const optional = fields.filter((field) => field.flag >= 0)
  if (optional.length === 0) return `const ${r} = ${literal(fields)}`
  const all = optional.map((field) => `v${field.number} !== undefined`).join(' && ')
  if (optional.length <= MAX_LITERALS_OF) return lines(`let ${r}`, combinations(r, fields, optional))
  const first = fields.findIndex((field) => field.flag >= 0)
  return lines(
    `let ${r}`,
    `if (${all}) ${r} = ${literal(fields)}`,
    'else {',
    `${r} = ${literal(fields.slice(0, first))}`,
    ...fields.slice(first).map((field) => added(r, field)),
    '}',
  )
}

/** An object literal for each combination of present fields. */
function combinations(r: string, fields: readonly Place[], optional: readonly Place[]): string {
  const [next, ...others] = optional
  if (next === undefined) return `${r} = ${literal(fields)}`
  const without = fields.filter((field) => field !== next)
  return lines(
    `if (v${next.number} !== undefined) {`,
    combinations(r, fields, others),
    '} else {',
    combinations(r, without, others),
    '}',
  )
}

function literal(fields: readonly Place[]): string {
  return `{ ${fields.map((field) => `${JSON.stringify(field.name)}: ${variableOf(field)}`).join(', ')} }`
}

/**
 * Adds a field, if it is present. Assigning would call a setter, or fail, if Object.prototype has the name.
 */
function added(r: string, field: Place): string {
  const name = JSON.stringify(field.name)
  const value = variableOf(field)
  const add = `if (${name} in objectPrototype) define(${r}, ${name}, ${value}); else ${r}[${name}] = ${value}`
  return field.flag < 0 ? add : `if (${value} !== undefined) { ${add} }`
}

function hasLength({ type }: Place): boolean {
  return type.kind === 'string' || type.kind === 'list' || type.kind === 'enum'
}

function lines(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false && part !== '').join('\n')
}

function word(slot: (offset: number) => string): string {
  return `${slot(0)} | ${slot(1)} << 8 | ${slot(2)} << 16 | ${slot(3)} << 24`
}
