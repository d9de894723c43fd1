import { onAbort } from '../../wait/index.ts'
import { returnShare, takeShare, whenReturned } from '../threads/index.ts'

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
    const begin = () => {
      undo?.()
      resolve()
    }
    const undo =
      signal &&
      onAbort(signal, () => {
        waiting.splice(waiting.indexOf(begin), 1)
        reject(signal.reason)
      })
    waiting.push(begin)
  })
}

/** A call is over, and its thread free. */
export function returnThread(): void {
  calls--
  returnShare(1)
}

/** Not only a call makes room for the next one: a group does, too. */
whenReturned(() => {
  while (waiting.length > 0 && take()) waiting.shift()?.()
})

function take(): boolean {
  if (takeShare(1, calls === 0 ? 1 : 0) === 0) return false
  calls++
  return true
}
