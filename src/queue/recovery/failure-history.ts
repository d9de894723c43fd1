import type { Span } from '../../codec/index.ts'
import type { Geometry } from '../../core/index.ts'
import { type ErrorSnapshot, packSnapshot, unpackSnapshot } from './error-snapshot.ts'

/** One failed delivery, as its item's record keeps it. */
export interface Failure {
  /** ms since the epoch. */
  readonly at: number
  /** threadId. */
  readonly thread: number
  readonly error: ErrorSnapshot
}

/** Where a record is, in bytes, and how long. */
export interface RecordPlace {
  readonly at: number
  readonly bytes: number
}

/**
 * The record beside a cell: what went wrong with its item so far.
 *
 *   word 0  number of failures kept    word 1  bytes used
 *   then each: time (float64), thread, length of the text (words), the error as JSON, padded to 8
 *
 * Only the holder of the cell (or the executor of a dead one) writes it; the count is stored last.
 */
const HEADER = 8
const FAILURE = 16
const MAX_FAILURES = 8

export function clearRecord(span: Span, at: number): void {
  span.words[at >> 2] = 0
  span.words[(at >> 2) + 1] = HEADER
}

/** The record of a cell. */
export function recordAt(geometry: Geometry, cell: number): RecordPlace {
  return { at: geometry.recordsAt + cell * geometry.recordBytes, bytes: geometry.recordBytes }
}

/**
 * Adds a failure. Errors are shortened to what there is room for; beyond 8 failures the first 7 and the last
 * are kept.
 */
export function addFailure(
  span: Span,
  { at, bytes }: RecordPlace,
  error: ErrorSnapshot,
  thread: number,
): void {
  const failure: Failure = { at: Date.now(), thread, error }
  let kept = readRecord(span, { at, bytes })
  if (kept.length >= MAX_FAILURES) kept = kept.slice(0, MAX_FAILURES - 1)
  const total = [...kept, failure]
  const texts = textsOf(total, bytes)
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

/**
 * The last failure is why an item is given up, so it gets room first; each of the others is sure of what
 * eight may have: of 2048 bytes enough for the classes, codes and messages of an error and its cause.
 */
function textsOf(failures: readonly Failure[], bytes: number): Buffer[] {
  const sure = Math.floor((bytes - HEADER - MAX_FAILURES * FAILURE) / MAX_FAILURES / 8) * 8
  const texts: Buffer[] = []
  let left = bytes - HEADER - failures.length * FAILURE
  for (let index = failures.length - 1; index >= 0; index--) {
    const text = packSnapshot((failures[index] as Failure).error, left - index * sure)
    left -= Math.ceil(text.length / 8) * 8
    texts.unshift(text)
  }
  return texts
}

export function readRecord(span: Span, { at, bytes }: RecordPlace): Failure[] {
  const count = Math.min(MAX_FAILURES, Math.max(0, span.words[at >> 2] ?? 0))
  const failures: Failure[] = []
  let from = HEADER
  for (let index = 0; index < count && from + FAILURE <= bytes; index++) {
    const length = span.words[(at + from + 12) >> 2] as number
    if (length < 0 || from + FAILURE + length > bytes) break
    const textAt = at + from + FAILURE
    failures.push({
      at: span.doubles[(at + from) >> 3] as number,
      thread: span.words[(at + from + 8) >> 2] as number,
      error: unpackSnapshot(span.bytes.toString('utf8', textAt, textAt + length)),
    })
    from += FAILURE + Math.ceil(length / 8) * 8
  }
  return failures
}
