import { isShutDown, SHUT_DOWN, type SharedMemory } from '../core/index.ts'
import { waitAsync } from './wait-async.ts'

/**
 * Calls back once the queue is shut down, by whichever thread; at once if it is. Returns what ends the watch.
 * It does not keep the process alive.
 *
 *   who shuts down   sets the flag, notifies SHUT_DOWN; if it dies between the two, whoever recovers it notifies
 *   who watches      sleeps on SHUT_DOWN, reads the flag
 *
 * If the flag is read before it is set, the sleep began before the notification.
 */
export function whenShutDown(shared: SharedMemory, call: () => void): () => void {
  // Let go of at the end: a sleep that nobody ends cannot be cancelled, and is not to keep the memory.
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
