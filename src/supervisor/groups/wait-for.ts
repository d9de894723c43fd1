import { type Known, optionsObject } from '../../check.ts'
import { AbortError, WaitTimeoutError } from '../../errors.ts'
import { signalOf, timeoutOf, type WaitOptions } from '../../queue/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import { onAbort } from '../../wait/index.ts'

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** The options of a `join`. */
const KNOWN: Known<Pick<WaitOptions, 'timeout' | 'signal'>> = { timeout: true, signal: true }

/**
 * The waiters for each end. They share one reaction to the promise, so that a wait that times out leaves
 * nothing behind.
 */
const waiting = new WeakMap<Promise<void>, Set<Waiter>>()

/** Settles `waiter` with `end`. Returns a function that cancels this. */
function onEnd(end: Promise<void>, waiter: Waiter): () => void {
  const waiters = waiting.get(end) ?? firstOf(end)
  waiters.add(waiter)
  return () => waiters.delete(waiter)
}

function firstOf(end: Promise<void>): Set<Waiter> {
  const waiters = new Set<Waiter>()
  waiting.set(end, waiters)
  const tell = (how: (waiter: Waiter) => void) => {
    waiting.delete(end)
    for (const waiter of waiters) how(waiter)
  }
  end.then(
    () => tell(({ resolve }) => resolve()),
    (error) => tell(({ reject }) => reject(error)),
  )
  return waiters
}

/**
 * Waits for `end`, for as long as `options` allow. `starting` names the threads that have not begun.
 * @throws WaitTimeoutError, AbortError, TypeError, RangeError
 */
export async function waitFor(
  end: Promise<void>,
  options: WaitOptions | undefined,
  label: () => string,
  starting: () => string,
): Promise<void> {
  optionsObject<Pick<WaitOptions, 'timeout' | 'signal'>>('options', options, KNOWN)
  const signal = signalOf(options)
  const timeout = timeoutOf(options)
  if (signal?.aborted) throw new AbortError(signal.reason)
  if (signal === undefined && timeout === Number.POSITIVE_INFINITY) return end
  const undo: (() => void)[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      undo.push(onEnd(end, { resolve, reject }))
      if (signal !== undefined) undo.push(onAbort(signal, () => reject(new AbortError(signal.reason))))
      if (timeout === Number.POSITIVE_INFINITY) return
      const lapse = () => {
        const still = starting()
        const hint = still === '' ? '' : `; still starting: ${still}`
        reject(new WaitTimeoutError(`${label()} has not ended within ${timeout} ms${hint}`))
      }
      const timer = setTimeout(lapse, timeout)
      undo.push(() => clearTimeout(timer))
    })
  } finally {
    for (const each of undo) each()
  }
}
