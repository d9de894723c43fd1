/** A run as a stream of Node. */

export { type DuplexOptions, toDuplex } from './duplex.ts'
export { type ReadableOptions, toReadable } from './readable.ts'
export type { RunLike } from './run-reader.ts'
