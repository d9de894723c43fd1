import { onAbort } from '../../wait/index.ts'
import { returnShare, shareMoves, takeShare } from '../threads/index.ts'

/** Calls of `run` under way. */
let calls = 0
/** Calls that wait for a thread, in the order in which they came. */
const waiting: (() => void)[] = []
let isWatching = false

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
    void watch()
  })
}

/** A call is over, and its thread free. */
export function returnThread(): void {
  calls--
  returnShare(1)
  serve()
}

function serve(): void {
  while (waiting.length > 0 && take()) waiting.shift()?.()
}

/** Serves calls whenever a group, here or in another thread, has given threads back. */
async function watch(): Promise<void> {
  if (isWatching) return
  isWatching = true
  while (waiting.length > 0) {
    const moves = shareMoves()
    serve()
    if (waiting.length > 0) await moves
  }
  isWatching = false
}

function take(): boolean {
  if (takeShare(1, calls === 0 ? 1 : 0) === 0) return false
  calls++
  return true
}
