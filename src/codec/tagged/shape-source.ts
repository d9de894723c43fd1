import { DOUBLE, STRING, UNDEFINED } from './tags.ts'

/** Up to this many bytes a statement for each is faster than a loop over them (measured, Node 20 and 24). */
const MOST_UNROLLED = 96

/**
 * The text of the code for a shape, as `compile` takes it, with `keys`, `encoded` and what
 * `compiled-shapes.ts` adds in its scope. Keys stand in it as JSON only.
 */
export function shapeSource(keys: readonly string[], encoded: Uint8Array): string {
  const names = keys.map((key) => JSON.stringify(key))
  return `${names.map((_, i) => `const site${i} = new Site()`).join(';')}
  return {
    keys,
    fits(item) { ${fitSource(names)} },
    head(bytes, at) { ${headSource(encoded)} },
    write(writer, item, start) { ${writeSource(names)} },
    matches(bytes, at) { ${matchSource(encoded)} },
    read(reader, bytes, start, end) { ${readSource(names)} },
  }`
}

/** The prototype comes first: a for-in loop makes a string of each index of a typed array. */
function fitSource(names: readonly string[]): string {
  return `if (prototypeOf(item) !== prototype) return false
    let i = 0
    for (const key in item) {
      if (i === ${names.length} || key !== keys[i]) return false
      i++
    }
    return i === ${names.length}`
}

function headSource(encoded: Uint8Array): string {
  if (encoded.length > MOST_UNROLLED) {
    return `for (let i = 0; i < ${encoded.length}; i++) bytes[at + i] = encoded[i]`
  }
  return Array.from(encoded, (byte, i) => `bytes[at + ${i}] = ${byte}`).join(';')
}

function matchSource(encoded: Uint8Array): string {
  const body = encoded.subarray(5)
  if (body.length > MOST_UNROLLED) {
    return `for (let i = 0; i < ${body.length}; i++) if (bytes[at + i] !== encoded[5 + i]) return false
      return true`
  }
  return `return ${Array.from(body, (byte, i) => `bytes[at + ${i}] === ${byte}`).join('&&')}`
}

/**
 * A getter may delete properties behind its own, of which `item` then has none or an inherited one. V8's
 * serializer defines the result. Such a property loads as undefined, or `plain`, an empty object, has it too.
 * V8 optimizes loads from `plain` away while Object.prototype does not change.
 */
function writeSource(names: readonly string[]): string {
  const values = names.map(
    (name, i) => `
      if (plain[${name}] !== undefined && !hasOwn(item, ${name})) return -1
      value = item[${name}]
      if (typeof value === 'string') at = writer.string(value, at)
      else if (typeof value === 'number') at = writer.number(value, at)
      else {
        if (value === undefined && !hasOwn(item, ${name})) return -1
        at = typeof value === 'object' && value !== null
          ? writer.object(value, at, site${i})
          : writer.value(value, at)
        if (at < 0) return at
      }`,
  )
  return `let at = start, value
    ${values.join('')}
    return at`
}

/** Short strings, small integers and doubles are read in place, and all other values by the reader. */
function readSource(names: readonly string[]): string {
  const values = names.map(
    (_, i) => `
      let v${i}
      first = at < end ? bytes[at] : ${UNDEFINED}
      if (first < ${STRING}) {
        v${i} = first
        at++
      } else if (first < ${UNDEFINED} && first - ${STRING} < end - at) {
        v${i} = readLatin1(bytes, at + 1, first - ${STRING})
        at += first - ${STRING - 1}
      } else if (first === ${DOUBLE} && 9 <= end - at) {
        ${Array.from({ length: 8 }, (__, byte) => `eight[${byte}] = bytes[at + ${byte + 1}]`).join(';')}
        v${i} = double[0]
        at += 9
      } else {
        v${i} = reader.value(at)
        at = reader.next
      }`,
  )
  return `let at = start, first
    ${values.join('')}
    reader.next = at
    return { ${names.map((name, i) => `${name}: v${i}`)} }`
}
