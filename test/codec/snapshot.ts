import { types } from 'node:util'

/**
 * A text that two values have in common only if they are the same in every respect: types, names of
 * prototypes, order of properties, -0, holes, and identities of the objects inside. (The equality of test
 * runners ignores some of these.)
 */
export function snapshot(value: unknown, met = new Map<object, number>()): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value)
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' || value === null) return String(value)
  const known = met.get(value)
  if (known !== undefined) return `#${known}`
  met.set(value, met.size)
  const prototype: { constructor?: { name?: string } } | null = Object.getPrototypeOf(value)
  const name = prototype === null ? 'null' : prototype.constructor?.name
  return `${name}${contents(value, met)}{${properties(value, met)}}`
}

function contents(value: object, met: Map<object, number>): string {
  if (Array.isArray(value)) return `[${value.length}]`
  if (types.isDate(value)) return `(${value.getTime()})`
  if (types.isMap(value)) {
    return `(${[...value].map(([key, each]) => `${snapshot(key, met)}=>${snapshot(each, met)}`).join()})`
  }
  if (types.isSet(value)) return `(${[...value].map((each) => snapshot(each, met)).join()})`
  if (types.isRegExp(value) || types.isBoxedPrimitive(value)) return `(${String(value)})`
  if (types.isAnyArrayBuffer(value)) return `(${Buffer.from(value).toString('hex')})`
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
    // A Uint8Array may arrive without the other bytes of its ArrayBuffer.
    if (types.isUint8Array(value)) return `(${bytes})`
    return `(${bytes} at ${value.byteOffset} of ${snapshot(value.buffer, met)})`
  }
  return ''
}

function properties(value: object, met: Map<object, number>): string {
  if (ArrayBuffer.isView(value)) return ''
  const parts: string[] = []
  for (const key of Reflect.ownKeys(value)) {
    const { value: each, get, enumerable, writable } = Object.getOwnPropertyDescriptor(value, key)!
    // The stack of an error depends on where it was made. Since Node 21 it is an accessor.
    if (key === 'stack') continue
    const flags = `${enumerable ? 'e' : ''}${writable ? 'w' : ''}${get === undefined ? '' : 'g'}`
    parts.push(`${JSON.stringify(String(key))}:${flags}:${snapshot(each, met)}`)
  }
  return parts.join()
}
