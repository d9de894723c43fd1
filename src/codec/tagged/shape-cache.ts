import { SHAPE_HEAD } from './tags.ts'

/** What an OBJECT's bytes say about its keys. */
export interface Shape {
  readonly keys: readonly string[]
  /**
   * One of the keys means something on Object.prototype, so that assigning to it might not make an own
   * property.
   */
  readonly inherited: boolean
}

interface Entry {
  readonly body: Uint8Array
  readonly shape: Shape
}

const ENTRIES = 256

/** Shapes read before, by their hash. Compared byte by byte: the hash comes from outside. */
const entries: (Entry | undefined)[] = new Array(ENTRIES).fill(undefined)

/** The known shape whose `length` bytes are those at `at`, the hash being at `at - 2`. */
export function knownShape(bytes: Uint8Array, at: number, length: number): Shape | undefined {
  const entry = entries[bytes[at - SHAPE_HEAD + 2]!]
  if (entry === undefined || entry.body.length !== length) return undefined
  const body = entry.body
  for (let i = 0; i < length; i++) if (bytes[at + i] !== body[i]) return undefined
  return entry.shape
}

/** Keeps a shape in place of the one with the same hash. */
export function keepShape(hash: number, body: Uint8Array, shape: Shape): void {
  entries[hash] = { body, shape }
}

/** Whether assigning to `key` of a fresh object might do anything but make an own property. */
export function isInherited(key: string): boolean {
  return key in Object.prototype
}
