import { builtin } from './builtin.ts'
import { readClone, V8_MARK, writeClone } from './clone/index.ts'
import { readTagged, TaggedWriter } from './tagged/index.ts'

/** Out of its variable while in use: a getter of an item may put another item. */
let spare: TaggedWriter | undefined

/**
 * What `structuredClone` makes of an item, with the same prototypes lost and the same identities kept, cycles
 * included. Most items take a compact form of our own; class instances, errors, regular expressions, typed
 * arrays other than Uint8Array, sparse arrays, cycles and shared references go through V8's serializer, at
 * several times the cost.
 *
 * What differs from structuredClone: an error keeps its class, as errors thrown in threads do, and its
 * properties. A Buffer arrives as a Uint8Array of its own bytes, without the ArrayBuffer under it; so does a
 * Uint8Array, unless another view on its ArrayBuffer is in the item. A view on a resizable buffer keeps its
 * present length. Getters may run more than once. The sparse arrays of an item may have 2^21 holes, and its
 * resizable buffers may grow to 4 GiB, in all.
 *
 * Throws for what cannot be cloned, at any depth: functions, symbols, proxies, SharedArrayBuffers and views
 * on them, ports, Blobs, keys and other host objects.
 */
// biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
export const structured = builtin<any>({
  name: 'structured',
  write(item, span, at, end) {
    const writer = spare ?? new TaggedWriter()
    spare = undefined
    let length: number
    try {
      length = writer.write(item, span.bytes, at, end)
    } finally {
      writer.reset()
      spare = writer
    }
    return length < 0 ? writeClone(item, span, at, end) : length
  },
  read(span, at, length) {
    return length > 0 && span.bytes[at] === V8_MARK
      ? readClone(span, at, length)
      : readTagged(span.bytes, at, length)
  },
})
