import { AbortError, WaitTimeoutError } from '../errors.ts'
import { signalOf, timeoutOf, type WaitOptions } from '../queue/index.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import { onAbort } from '../wait/aborts.ts'

/**
 * Waits for `end`, at most as long as `options` allow; `starting` says which threads have not begun.
 * @throws WaitTimeoutError, AbortError, TypeError, RangeError
 */
export async function waitFor(
  end: Promise<void>,
  options: WaitOptions | undefined,
  label: () => string,
  starting: () => string,
): Promise<void> {
  const signal = signalOf(options)
  const timeout = timeoutOf(options)
  if (signal?.aborted) throw new AbortError(signal.reason)
  if (signal === undefined && timeout === Number.POSITIVE_INFINITY) return end
  let timer: NodeJS.Timeout | undefined
  let unhear: (() => void) | undefined
  const limit = new Promise<never>((_, reject) => {
    if (timeout !== Number.POSITIVE_INFINITY) {
      const lapse = () => {
        const still = starting()
        const hint = still === '' ? '' : `; still starting: ${still}`
        reject(new WaitTimeoutError(`${label()} has not ended within ${timeout} ms${hint}`))
      }
      timer = setTimeout(lapse, timeout)
    }
    if (signal !== undefined) unhear = onAbort(signal, () => reject(new AbortError(signal.reason)))
  })
  try {
    await Promise.race([end, limit])
  } finally {
    clearTimeout(timer)
    unhear?.()
  }
}
