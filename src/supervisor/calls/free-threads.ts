import { returnShare, takeShare } from '../threads/index.ts'

/** Calls of `run` under way. */
let calls = 0
/** Calls that wait for a thread, in the order in which they came. */
const waiting: (() => void)[] = []

/**
 * Resolves when one of the threads that the process shares is free, and takes it. The calls of this thread
 * together get one at least, so that groups that go on for long do not keep them waiting for ever.
 */
export async function freeThread(signal: AbortSignal | undefined): Promise<void> {
  if (waiting.length === 0 && take()) return
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      waiting.splice(waiting.indexOf(begin), 1)
      reject(signal?.reason)
    }
    const begin = () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    waiting.push(begin)
    signal?.addEventListener('abort', abort)
  })
}

/** A call is over, and its thread free. */
export function returnThread(): void {
  calls--
  returnShare(1)
  while (waiting.length > 0 && take()) waiting.shift()?.()
}

function take(): boolean {
  if (takeShare(1, calls === 0 ? 1 : 0) === 0) return false
  calls++
  return true
}
