import type { Span } from '../codec/codec.ts'
import { type Geometry, RECORD_BYTES } from '../core/geometry.ts'

/** One failed delivery, as its item's record keeps it. */
export interface Failure {
  /** ms since the epoch. */
  readonly at: number
  /** threadId. */
  readonly thread: number
  readonly error: { name: string; message: string; code?: string }
}

/**
 * The record beside a cell: what went wrong with its item so far, 512 bytes in all.
 *
 *   word 0  number of failures kept    word 1  bytes used
 *   then each: time (float64), thread, length of the text (words), [name, message, code] as JSON, padded to 8
 *
 * Only the holder of the cell (or the executor of a dead one) writes it; the count is stored last.
 */
const HEADER = 8
const FAILURE = 16
const MAX_FAILURES = 8
const SURE_TEXT = 40

export function clearRecord(span: Span, at: number): void {
  span.words[at >> 2] = 0
  span.words[(at >> 2) + 1] = HEADER
}

/** Where the record of a cell is. */
export function recordAt(geometry: Geometry, cell: number): number {
  return geometry.recordsAt + cell * RECORD_BYTES
}

/** Adds a failure. Texts are shortened to what there is room for; beyond 8 failures the first 7 and the last are kept. */
export function addFailure(span: Span, at: number, error: unknown, thread: number): void {
  const failure: Failure = { at: Date.now(), thread, error: described(error) }
  let kept = readRecord(span, at)
  if (kept.length >= MAX_FAILURES) kept = kept.slice(0, MAX_FAILURES - 1)
  const total = [...kept, failure]
  const texts = textsOf(total)
  span.words[at >> 2] = 0
  let end = HEADER
  for (const [index, each] of total.entries()) {
    const text = texts[index] as Buffer
    span.doubles[(at + end) >> 3] = each.at
    span.words[(at + end + 8) >> 2] = each.thread
    span.words[(at + end + 12) >> 2] = text.length
    span.bytes.set(text, at + end + FAILURE)
    end += FAILURE + Math.ceil(text.length / 8) * 8
  }
  span.words[(at >> 2) + 1] = end
  span.words[at >> 2] = total.length
}

/** The last failure is why an item is given up, so it gets room first; each of the others is sure of SURE_TEXT. */
function textsOf(failures: readonly Failure[]): Buffer[] {
  const texts: Buffer[] = []
  let left = RECORD_BYTES - HEADER - failures.length * FAILURE
  for (let index = failures.length - 1; index >= 0; index--) {
    const text = shortened((failures[index] as Failure).error, left - index * SURE_TEXT)
    left -= Math.ceil(text.length / 8) * 8
    texts.unshift(text)
  }
  return texts
}

export function readRecord(span: Span, at: number): Failure[] {
  const count = Math.min(MAX_FAILURES, Math.max(0, span.words[at >> 2] ?? 0))
  const failures: Failure[] = []
  let from = HEADER
  for (let index = 0; index < count && from + FAILURE <= RECORD_BYTES; index++) {
    const length = span.words[(at + from + 12) >> 2] as number
    if (length < 0 || from + FAILURE + length > RECORD_BYTES) break
    failures.push({
      at: span.doubles[(at + from) >> 3] as number,
      thread: span.words[(at + from + 8) >> 2] as number,
      error: errorOf(span.bytes.toString('utf8', at + from + FAILURE, at + from + FAILURE + length)),
    })
    from += FAILURE + Math.ceil(length / 8) * 8
  }
  return failures
}

/** What a record keeps of an error. */
function described(error: unknown): Failure['error'] {
  if (!(error instanceof Error)) return { name: 'Error', message: textOf(error) }
  const code = (error as { code?: unknown }).code
  return {
    name: textOf(error.name),
    message: textOf(error.message),
    ...(typeof code === 'string' ? { code } : {}),
  }
}

/** Whatever was thrown: what cannot be made a string must not stop the item from being settled. */
function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'a value that cannot be shown'
  }
}

function shortened(error: Failure['error'], room: number): Buffer {
  const code = error.code === undefined ? [] : [error.code.slice(0, 32)]
  let { name, message } = error
  for (;;) {
    const text = Buffer.from(JSON.stringify([name, message, ...code]))
    if (text.length <= room) return text
    if (message !== '') message = message.slice(0, Math.floor(message.length * 0.8))
    else if (name !== '') name = name.slice(0, Math.floor(name.length * 0.8))
    else return Buffer.alloc(0)
  }
}

function errorOf(text: string): Failure['error'] {
  try {
    const [name, message, code] = (JSON.parse(text) as unknown[]).map(String)
    return { name: name ?? 'Error', message: message ?? '', ...(code === undefined ? {} : { code }) }
  } catch {
    return { name: 'Error', message: '' }
  }
}
