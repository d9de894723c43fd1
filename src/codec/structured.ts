import { readClone, V8_MARK, writeClone } from './clone/index.ts'
import type { Bytes } from './codec.ts'
import { makeBuiltin } from './make-builtin.ts'
import { plainClassCount } from './objects/index.ts'
import { readTagged, TaggedWriter } from './tagged/index.ts'

/** The writer; undefined while it is in use, because a getter of an item may put another item. */
let spare: TaggedWriter | undefined

/** The length of the item, or less than 0 if the tagged form cannot express it. */
function writeTagged(item: unknown, span: Bytes, at: number, end: number): number {
  const writer = spare ?? new TaggedWriter()
  spare = undefined
  try {
    return writer.write(item, span.bytes, at, end)
  } finally {
    writer.reset()
    spare = writer
  }
}

/**
 * Items arrive as `structuredClone` makes them: the same prototypes are lost, the same identities are kept,
 * and cycles are allowed. Most items are written in the tagged form. These go through V8's serializer, which
 * costs several times as much: errors, boxed primitives, subclasses of Array, Map, Set, Date and RegExp,
 * instances of classes that put enumerable properties on their prototype, buffers that are empty or resizable
 * and views on them, and values that are nested deeper than 400. So does the first instance of a class.
 *
 * Objects of the same keys that come often are written and read by code made for these keys. A thread makes
 * it for at most 64 lists of keys. With `--disallow-code-generation-from-strings` loops do the same, slower.
 *
 * Some things differ from structuredClone:
 * - An error keeps its class and its properties, as an error thrown in a thread does.
 * - A Buffer arrives as a Uint8Array of its own bytes, without the ArrayBuffer under it. So does a
 *   Uint8Array, unless the item holds another view on its ArrayBuffer.
 * - A view on a resizable buffer arrives with its present length.
 * - Getters may run more than once. Changes that a getter makes elsewhere in the item may arrive, or not.
 * - An `arguments` object arrives as a plain object. So does a Map, Set, Date or view to which a program has
 *   given the prototype of plain objects, or none.
 * - The sparse arrays of an item may have 2^21 holes in all, and its resizable buffers may grow to 4 GiB in
 *   all.
 *
 * Functions, symbols, proxies, SharedArrayBuffers and views on them, ports, Blobs, keys and other host
 * objects are refused with an error, at any depth of the item.
 */
// biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
export const structured = makeBuiltin<any>({
  name: 'structured',
  write(item, span, at, end) {
    const length = writeTagged(item, span, at, end)
    if (length >= 0) return length
    const classes = plainClassCount()
    const cloned = writeClone(item, span, at, end)
    if (classes === plainClassCount()) return cloned
    // V8's serializer and structuredClone have accepted a class. An item takes as many bytes each time.
    const again = writeTagged(item, span, at, end)
    return again < 0 ? writeClone(item, span, at, end) : again
  },
  read(span, at, length) {
    return length > 0 && span.bytes[at] === V8_MARK
      ? readClone(span, at, length)
      : readTagged(span.bytes, at, length)
  },
})
