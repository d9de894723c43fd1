import { isShutDown, SHUT_DOWN, type SharedMemory } from '../core/index.ts'
import { waitAsync } from './wait-async.ts'

/**
 * Calls `call` once the queue is shut down, by any thread; at once if it is already. Returns a function that
 * cancels this. The watch does not keep the process alive.
 *
 *   shutting down   sets the flag, notifies SHUT_DOWN; if the thread dies in between, its recoverer notifies
 *   watching        sleeps on SHUT_DOWN, then reads the flag
 *
 * If the watcher reads the flag before it is set, its sleep began before the notification and is ended by it.
 */
export function whenShutDown(shared: SharedMemory, call: () => void): () => void {
  // Released at the end: an asynchronous sleep cannot be cancelled, and must not keep the memory.
  let watch: { readonly shared: SharedMemory; readonly call: () => void } | undefined = { shared, call }
  const look = () => {
    if (watch === undefined) return
    const { words } = watch.shared
    const index = SHUT_DOWN >> 2
    const wait = waitAsync(words, index, Atomics.load(words, index))
    if (!isShutDown(watch.shared)) {
      if (wait.async) void wait.value.then(look)
      return
    }
    const { call: then } = watch
    watch = undefined
    then()
  }
  look()
  return () => {
    watch = undefined
  }
}
