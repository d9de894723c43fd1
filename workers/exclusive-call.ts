/**
 * Lets one of a thread's concurrent calls run exclusively: it begins when no other call is running, and no
 * other call may begin until it has ended. If its item makes the thread die, the death is charged to that
 * item alone.
 */
export class ExclusiveCall {
  readonly #runningCalls: () => number
  /** Resolves when the exclusive call has ended. Set from the request on, while the other calls still end. */
  #ended: Promise<void> | undefined
  /** Starts the exclusive call, which waits for the others to end. */
  #start: (() => void) | undefined

  constructor(runningCalls: () => number) {
    this.#runningCalls = runningCalls
  }

  /** If set, no other call may begin until it resolves. */
  get ended(): Promise<void> | undefined {
    return this.#ended
  }

  /** Must be called whenever a call has ended. */
  callEnded(): void {
    if (this.#runningCalls() === 0) this.#start?.()
  }

  /** Runs `call` exclusively. Must not be called while `ended` is set. */
  run(call: () => unknown): Promise<void> {
    this.#ended = this.#run(call).finally(() => {
      this.#ended = undefined
    })
    return this.#ended
  }

  async #run(call: () => unknown): Promise<void> {
    if (this.#runningCalls() > 0) {
      await new Promise<void>((resolve) => {
        this.#start = resolve
      })
      this.#start = undefined
    }
    await call()
  }
}
