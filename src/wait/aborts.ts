import { nextTick } from '../timers.ts'
import { type Linked, LinkedList } from './linked-list.ts'

/**
 * One listener of each AbortSignal serves all waits with that signal. An EventTarget searches all its
 * listeners for each that is added or removed, and Node 20 warns of an eleventh.
 */
const hubs = new WeakMap<AbortSignal, Hub>()

interface Callback extends Linked<Callback> {
  readonly run: () => void
}

class Hub {
  readonly #callbacks = new LinkedList<Callback>()
  readonly #listener = () => this.#runAll()

  add(signal: AbortSignal, run: () => void): () => void {
    const callback: Callback = { run, previous: undefined, next: undefined, isLinked: false }
    if (this.#callbacks.size === 0) signal.addEventListener('abort', this.#listener, { once: true })
    this.#callbacks.append(callback)
    return () => {
      if (this.#callbacks.remove(callback) && this.#callbacks.size === 0) {
        signal.removeEventListener('abort', this.#listener)
      }
    }
  }

  #runAll(): void {
    for (let one = this.#callbacks.first; one !== undefined; one = this.#callbacks.first) {
      this.#callbacks.remove(one)
      try {
        one.run()
      } catch (error) {
        // An EventTarget, too, reports errors of listeners as uncaught exceptions.
        nextTick(() => {
          throw error
        })
      }
    }
  }
}

/**
 * Calls `run` once when `signal` is aborted, in the order of these calls. The signal must not be aborted yet.
 * Returns a function that cancels this, also while other callbacks run. When the last callback is cancelled,
 * the listener is removed.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let hub = hubs.get(signal)
  if (hub === undefined) {
    hub = new Hub()
    hubs.set(signal, hub)
  }
  return hub.add(signal, run)
}
