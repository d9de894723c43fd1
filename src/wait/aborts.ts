import { nextTick } from '../timers.ts'
import { type InLine, Line } from './line.ts'

/**
 * One listener of each AbortSignal for all who wait with it. An EventTarget looks through all its listeners
 * for each that is added or removed, and Node 20 warns of an eleventh.
 */
const hubs = new WeakMap<AbortSignal, Hub>()

interface Call extends InLine<Call> {
  readonly run: () => void
}

class Hub {
  readonly #calls = new Line<Call>()
  readonly #listener = () => this.#run()

  add(signal: AbortSignal, run: () => void): () => void {
    const call: Call = { run, before: undefined, after: undefined, isInLine: false }
    if (this.#calls.size === 0) signal.addEventListener('abort', this.#listener, { once: true })
    this.#calls.join(call)
    return () => {
      if (this.#calls.leave(call) && this.#calls.size === 0) {
        signal.removeEventListener('abort', this.#listener)
      }
    }
  }

  #run(): void {
    for (let call = this.#calls.first; call !== undefined; call = this.#calls.first) {
      this.#calls.leave(call)
      try {
        call.run()
      } catch (error) {
        // As an EventTarget does.
        nextTick(() => {
          throw error
        })
      }
    }
  }
}

/**
 * Calls `run` when `signal`, which is not aborted, is: once, in the order of these calls. Returns what takes
 * that back, also while the others run. The listener is gone with the last of them.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let hub = hubs.get(signal)
  if (hub === undefined) {
    hub = new Hub()
    hubs.set(signal, hub)
  }
  return hub.add(signal, run)
}
