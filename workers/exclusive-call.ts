/**
 * Calls of one thread that run at once, but for a exclusive one: it begins when no other is under way, and
 * while it is under way none begins. So a death that an item causes is charged to it alone.
 */
export class ExclusiveCall {
  readonly #callsUnderWay: () => number
  /** Resolves when the exclusive call has ended; until it has begun the others end. */
  #ended: Promise<void> | undefined
  #isNext: (() => void) | undefined

  constructor(callsUnderWay: () => number) {
    this.#callsUnderWay = callsUnderWay
  }

  /** No other call may begin: what to wait for. */
  get ended(): Promise<void> | undefined {
    return this.#ended
  }

  /** A call has ended. */
  callEnded(): void {
    if (this.#callsUnderWay() === 0) this.#isNext?.()
  }

  /** Runs `call` by itself. None other has asked for that. */
  run(call: () => Promise<void> | undefined): Promise<void> {
    this.#ended = this.#run(call).finally(() => {
      this.#ended = undefined
    })
    return this.#ended
  }

  async #run(call: () => Promise<void> | undefined): Promise<void> {
    if (this.#callsUnderWay() > 0) {
      await new Promise<void>((resolve) => {
        this.#isNext = resolve
      })
      this.#isNext = undefined
    }
    await call()
  }
}
