import { SHAPE_HEAD } from './tags.ts'

/** The keys of an OBJECT. */
export interface Shape {
  readonly keys: readonly string[]
  /** True: Object.prototype has one of the keys, so assigning to it might not make an own property. */
  readonly hasInherited: boolean
}

interface Entry {
  readonly body: Uint8Array
  readonly shape: Shape
}

const ENTRIES = 256

/** Shapes read before, by their hash. The bytes are compared as well, because the hash may be forged. */
const entries: (Entry | undefined)[] = new Array(ENTRIES).fill(undefined)

/** The known shape with the `length` bytes at `at`. Its hash is at `at - 2`. */
export function knownShape(bytes: Uint8Array, at: number, length: number): Shape | undefined {
  const entry = entries[bytes[at - SHAPE_HEAD + 2]!]
  if (entry === undefined || entry.body.length !== length) return undefined
  const body = entry.body
  for (let i = 0; i < length; i++) if (bytes[at + i] !== body[i]) return undefined
  return entry.shape
}

/** Keeps `shape`, in place of another with the same hash. */
export function keepShape(hash: number, body: Uint8Array, shape: Shape): void {
  entries[hash] = { body, shape }
}

/** Whether assigning to `key` of a new object might not make an own property. */
export function isInherited(key: string): boolean {
  return key in Object.prototype
}
