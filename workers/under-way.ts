import type { Lane, RunWords } from '../src/protocol/index.ts'

/**
 * Lets one of a thread's concurrent calls run exclusively: it begins when no other call is running, and no
 * other call may begin until it has ended, or waits. If its item makes the thread die, the death is charged
 * to that item alone.
 */
export class ExclusiveCall {
  readonly #runningCalls: () => number
  /** Resolves when the exclusive call has ended. Set from the request on, while the other calls still end. */
  #ended: Promise<void> | undefined
  #end: (() => void) | undefined
  /** Starts the exclusive call, which waits for the others to end. */
  #start: (() => void) | undefined

  constructor(runningCalls: () => number) {
    this.#runningCalls = runningCalls
  }

  /** If set, no other call may begin until it resolves. */
  get ended(): Promise<void> | undefined {
    return this.#ended
  }

  /** Must be called whenever a call has ended, or waits. */
  callEnded(): void {
    if (this.#runningCalls() === 0) this.#start?.()
  }

  /** Runs `call` exclusively. Must not be called while `ended` is set. */
  async run(call: () => unknown): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve
    })
    this.#ended = ended
    try {
      if (this.#runningCalls() > 0) {
        await new Promise<void>((resolve) => {
          this.#start = resolve
        })
        this.#start = undefined
      }
      await call()
    } finally {
      if (this.#ended === ended) this.leave()
    }
  }

  /** The exclusive call waits for other calls, which may begin from now on. */
  leave(): void {
    this.#ended = undefined
    this.#end?.()
  }
}

/**
 * The call of one lane of a consumer, while it is under way: it is counted, its time is taken, and it may be
 * the only one of its thread. A call that waits for other calls, or for the owner of its queue, is not under
 * way meanwhile: it is not charged with a death, does not take too long, and keeps no other call waiting.
 */
export class UnderWay {
  /** The call runs exclusively. */
  isAlone = false
  readonly #words: RunWords
  readonly #lane: Lane | undefined
  readonly #exclusive: ExclusiveCall | undefined

  constructor(words: RunWords, lane: Lane | undefined, exclusive: ExclusiveCall | undefined) {
    this.#words = words
    this.#lane = lane
    this.#exclusive = exclusive
  }

  /** A call with the item of `entry` begins. */
  begin(entry: number): void {
    this.#lane?.begin(entry)
    this.#words.callBegins()
  }

  /** The call has returned a promise. */
  goesOnLater(): void {
    this.#lane?.waits()
  }

  /**
   * The call has ended in time. False if it took too long: its thread is being terminated, and nothing more
   * may be told of it. May be called again.
   */
  end(): boolean {
    return this.#lane === undefined || this.#lane.end()
  }

  /** The call that has ended is counted no more. */
  leave(): void {
    this.#words.callEnds()
    this.#exclusive?.callEnded()
  }

  /** The call waits until `resume`. False as for `end`. */
  pause(): boolean {
    if (this.#lane?.pause() === false) return false
    if (this.isAlone) {
      this.isAlone = false
      this.#exclusive?.leave()
    }
    this.leave()
    return true
  }

  /** The call goes on; if a promise is returned, when that has resolved. */
  resume(): Promise<void> | undefined {
    if (this.#exclusive?.ended !== undefined) return this.#resumeLater(this.#exclusive)
    this.#words.callBegins()
    this.#lane?.resume()
    return undefined
  }

  async #resumeLater(exclusive: ExclusiveCall): Promise<void> {
    while (exclusive.ended !== undefined) await exclusive.ended
    this.resume()
    // Other code of the thread runs before the call does.
    this.goesOnLater()
  }
}
