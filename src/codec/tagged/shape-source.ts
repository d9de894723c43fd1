/** Up to this many bytes a statement for each is faster than a loop over them (measured, Node 20 and 24). */
const MOST_UNROLLED = 96

/**
 * The text of the code for a shape, as `compile` takes it. `encoded`, `plain` and `hasOwn`
 * are in its scope. Keys stand in
 * it as JSON only.
 */
export function shapeSource(keys: readonly string[], encoded: Uint8Array): string {
  const names = keys.map((key) => JSON.stringify(key))
  return `return {
    head(bytes, at) { ${headSource(encoded)} },
    write(writer, item, start) { ${writeSource(names)} },
    matches(bytes, at) { ${matchSource(encoded)} },
    read(value) { ${readSource(names)} },
  }`
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
    (name) => `
      if (plain[${name}] !== undefined && !hasOwn(item, ${name})) return -1
      value = item[${name}]
      if (typeof value === 'string') at = writer.string(value, at)
      else if (typeof value === 'number') at = writer.number(value, at)
      else {
        if (value === undefined && !hasOwn(item, ${name})) return -1
        at = writer.value(value, at)
        if (at < 0) return at
      }`,
  )
  return `let at = start, value
    ${values.join('')}
    return at`
}

function readSource(names: readonly string[]): string {
  const values = names.map((_, i) => `const v${i} = value()`)
  return `${values.join(';')}; return { ${names.map((name, i) => `${name}: v${i}`)} }`
}
