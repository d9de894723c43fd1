import {
  MAX_FAILURES,
  type RecordPlace,
  type RecordViews,
  readRecords,
  roomForTexts,
  textBytes,
  writeRecords,
} from '../../core/index.ts'
import { type ErrorSnapshot, packSnapshot, unpackSnapshot } from './error-snapshot.ts'

/** One failed delivery of an item, as its failure history keeps it. */
export interface Failure {
  /** ms since the epoch. */
  readonly at: number
  /** threadId. */
  readonly thread: number
  readonly error: ErrorSnapshot
}

/**
 * Adds a failure. Errors are shortened to the room there is. If there are more than 8 failures, the first 7
 * and the last are kept.
 */
export function addFailure(
  views: RecordViews,
  place: RecordPlace,
  error: ErrorSnapshot,
  thread: number,
): void {
  const kept = readRecord(views, place).slice(0, MAX_FAILURES - 1)
  const all = [...kept, { at: Date.now(), thread, error }]
  const texts = textsOf(all, place.bytes)
  const records = all.map(({ at, thread: holder }, index) => {
    return { at, thread: holder, text: texts[index] as Buffer }
  })
  writeRecords(views, place.at, records)
}

/**
 * The last failure is the reason why an item is dead-lettered, so it gets room first. Each of the others is
 * sure of its share of eight: of 2048 bytes, this is enough for class, code and message of an error and its
 * cause.
 */
function textsOf(failures: readonly Failure[], bytes: number): Buffer[] {
  const share = Math.floor(roomForTexts(bytes, MAX_FAILURES) / MAX_FAILURES / 8) * 8
  const texts: Buffer[] = []
  let left = roomForTexts(bytes, failures.length)
  for (let index = failures.length - 1; index >= 0; index--) {
    const text = packSnapshot((failures[index] as Failure).error, left - index * share)
    left -= textBytes(text.length)
    texts.unshift(text)
  }
  return texts
}

export function readRecord(views: RecordViews, place: RecordPlace): Failure[] {
  return readRecords(views, place).map(({ at, thread, text }) => {
    return { at, thread, error: unpackSnapshot(text.toString('utf8')) }
  })
}
