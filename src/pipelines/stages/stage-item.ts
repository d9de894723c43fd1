import type { Entry, Origin } from '../flow.ts'
import { Fifo } from './fifo.ts'

/** A failed call of an item. */
export interface Failure {
  /** ms since the epoch. */
  readonly at: number
  /** threadId; 0 on the thread of the pipeline. */
  readonly thread: number
  readonly error: unknown
}

const NO_FAILURES: readonly Failure[] = Object.freeze([])

/** An item that a stage has begun, until all its outputs are read. */
export class StageItem {
  readonly entry: Entry
  readonly origin: Origin
  /** Undefined unless order is by key. */
  readonly key: string | number | undefined
  /** The failed calls so far. Most items have none, and share one list. */
  failures: readonly Failure[] = NO_FAILURES
  /** Outputs that have come, copies not counted: the number of the next. */
  outputs = 0
  /** No further output comes. */
  isDone = false
  /** Outputs that are not read. */
  buffered = 0
  /** Its slot among those of threads; -1 if it has had none. */
  slot = -1
  #first: Entry | undefined
  #others: Fifo<Entry> | undefined

  constructor(entry: Entry, origin: Origin, key: string | number | undefined) {
    this.entry = entry
    this.origin = origin
    this.key = key
  }

  addFailure(failure: Failure): void {
    this.failures = [...this.failures, failure]
  }

  add(output: Entry): void {
    this.buffered++
    if (this.#first === undefined && this.#others === undefined) this.#first = output
    else {
      this.#others ??= new Fifo()
      this.#others.push(output)
    }
  }

  /** The oldest output that is not read. */
  next(): Entry | undefined {
    if (this.buffered === 0) return undefined
    this.buffered--
    const first = this.#first
    if (first === undefined) return this.#others?.shift()
    this.#first = undefined
    return first
  }
}
