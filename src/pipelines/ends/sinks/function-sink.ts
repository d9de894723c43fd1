import type { BareSink } from './bare-sink.ts'

export type SinkFunction = (value: unknown, index: number) => unknown

/** A function that is called with each value. The next call waits until its promise is settled. */
export class FunctionSink implements BareSink {
  readonly left = 'the promise of its sink, a function, has not settled'
  readonly #call: SinkFunction
  #underWay: Promise<void> | undefined

  constructor(call: SinkFunction) {
    this.#call = call
  }

  write(value: unknown, index: number): Promise<void> | undefined {
    const returned = this.#call(value, index)
    if (typeof (returned as PromiseLike<unknown> | undefined | null)?.then !== 'function') return undefined
    const settled = this.#settled(returned as PromiseLike<unknown>)
    this.#underWay = settled
    return settled
  }

  async end(): Promise<void> {
    await this.#underWay
  }

  async abort(): Promise<void> {
    // The run has ended for another reason, or with this very error.
    await this.#underWay?.catch(() => {})
  }

  async #settled(returned: PromiseLike<unknown>): Promise<void> {
    await returned
    this.#underWay = undefined
  }
}
