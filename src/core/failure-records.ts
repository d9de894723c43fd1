import type { Geometry } from './geometry.ts'

/** Where the record of a cell is, and its length, in bytes. */
export interface RecordPlace {
  readonly at: number
  readonly bytes: number
}

/** Views of a queue's whole memory. */
export interface RecordViews {
  readonly words: Int32Array
  readonly doubles: Float64Array
  readonly bytes: Buffer
}

/** One failed delivery. */
export interface FailureRecord {
  /** ms since the epoch. */
  readonly at: number
  /** threadId. */
  readonly thread: number
  /** In `readRecords` a copy. */
  readonly text: Buffer
}

/**
 * The record beside a cell holds the failures of its item.
 *
 *   word 0  number of failures    word 1  bytes used
 *   then each: time (float64), thread, length of the text (words), the text, padded to 8
 *
 * Only the holder of the cell writes it, or the recoverer of a dead holder. The number is 0 while the
 * failures are written, and stored last: a writer that dies leaves an empty record.
 */
const RECORD_HEADER = 8
const FAILURE_HEADER = 16
const THREAD = 8
const TEXT_LENGTH = 12
/** A record holds at most so many failures. */
export const MAX_FAILURES = 8

export function recordAt(geometry: Geometry, cell: number): RecordPlace {
  return { at: geometry.recordsAt + cell * geometry.recordBytes, bytes: geometry.recordBytes }
}

export function clearRecord({ words }: RecordViews, at: number): void {
  words[at >> 2] = 0
  words[(at >> 2) + 1] = RECORD_HEADER
}

/** Bytes that a text takes in a record. */
export function textBytes(length: number): number {
  return Math.ceil(length / 8) * 8
}

/** Bytes for all texts together in a record of `bytes` with `failures` failures. */
export function roomForTexts(bytes: number, failures: number): number {
  return bytes - RECORD_HEADER - failures * FAILURE_HEADER
}

/** Writes all failures of a record: at most MAX_FAILURES, whose texts together fit `roomForTexts`. */
export function writeRecords(views: RecordViews, at: number, failures: readonly FailureRecord[]): void {
  const { words, doubles, bytes } = views
  words[at >> 2] = 0
  let end = at + RECORD_HEADER
  for (const { at: time, thread, text } of failures) {
    doubles[end >> 3] = time
    words[(end + THREAD) >> 2] = thread
    words[(end + TEXT_LENGTH) >> 2] = text.length
    bytes.set(text, end + FAILURE_HEADER)
    end += FAILURE_HEADER + textBytes(text.length)
  }
  words[(at >> 2) + 1] = end - at
  words[at >> 2] = failures.length
}

/** The failures of a record. A damaged record is read as far as it makes sense, never beyond its end. */
export function readRecords(views: RecordViews, { at, bytes }: RecordPlace): FailureRecord[] {
  const { words, doubles } = views
  const count = Math.min(MAX_FAILURES, Math.max(0, words[at >> 2] ?? 0))
  const failures: FailureRecord[] = []
  const end = at + bytes
  let from = at + RECORD_HEADER
  for (let index = 0; index < count && from + FAILURE_HEADER <= end; index++) {
    const length = words[(from + TEXT_LENGTH) >> 2] as number
    const textAt = from + FAILURE_HEADER
    if (length < 0 || textAt + length > end) break
    failures.push({
      at: doubles[from >> 3] as number,
      thread: words[(from + THREAD) >> 2] as number,
      text: Buffer.from(views.bytes.subarray(textAt, textAt + length)),
    })
    from += FAILURE_HEADER + textBytes(length)
  }
  return failures
}
