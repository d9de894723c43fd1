import type { Readable, Writable } from 'node:stream'

/**
 * Streams of Node, told by the rules of Node's own `stream.pipeline`, which takes streams of other packages
 * as well.
 */

interface Streamlike {
  readonly on?: unknown
  readonly pipe?: unknown
  readonly write?: unknown
  readonly _readableState?: { readonly readable?: boolean; readonly emitClose?: boolean } | null
  readonly _writableState?: { readonly writable?: boolean; readonly emitClose?: boolean } | null
}

export function isNodeStream(value: unknown): boolean {
  const stream = value as Streamlike | null | undefined
  return typeof stream?.pipe === 'function' && typeof stream.on === 'function'
}

export function isNodeReadable(value: unknown): value is Readable {
  if (!isNodeStream(value)) return false
  const stream = value as Streamlike
  // A Writable has a method `pipe` too.
  return !stream._writableState || (!!stream._readableState && stream._readableState.readable !== false)
}

export function isNodeWritable(value: unknown): value is Writable {
  const stream = value as Streamlike | null | undefined
  if (typeof stream?.write !== 'function' || typeof stream.on !== 'function') return false
  return !stream._readableState || (!!stream._writableState && stream._writableState.writable !== false)
}

/**
 * Destroys the stream, and resolves once it is closed, if it tells. Its error belongs to the run: nobody else
 * has to hear it.
 */
export async function destroyed(stream: Readable | Writable, reason: unknown): Promise<void> {
  stream.on('error', ignore)
  if (typeof stream.destroy !== 'function') return
  const closed = stream.closed || !emitsClose(stream) ? undefined : once(stream)
  stream.destroy((reason ?? undefined) as Error | undefined)
  await closed
}

function once(stream: Readable | Writable): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve))
}

function emitsClose(stream: Streamlike): boolean {
  const state = stream._writableState ?? stream._readableState
  // A stream of another make may never tell.
  return state !== undefined && state !== null && state.emitClose !== false
}

function ignore(): void {}

/** Node's streams have no value null: it is their end. `index`: that of the value in the run. */
export function nullValueError(index: number): TypeError {
  const message = `a Node stream takes no null: the value with index ${index} is null; filter it out, or map it`
  return Object.assign(new TypeError(message), { code: 'ERR_STREAM_NULL_VALUES', index })
}
