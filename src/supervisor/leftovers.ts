import { counted } from '../check.ts'
import { ThreadError } from '../errors.ts'
import { type GroupQueue, internalsOf } from '../queue/index.ts'

/**
 * Waits while dead-lettered items move from these queues to their dead-letter queues, for which there was no
 * room so far. Ends when no item has moved for `graceMs`.
 */
export async function untilDeadLettersMoved(
  queues: readonly GroupQueue[],
  graceMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const queue of queues) {
    const { deadLettered } = internalsOf(queue)
    for (let left = deadLettered; left > 0 && !signal.aborted; ) {
      const before = left
      await queue.join({ timeout: graceMs, signal }).catch(() => {})
      left = internalsOf(queue).deadLettered
      if (left >= before) break
    }
  }
}

/** An error for each of these queues that still has items. */
export function leftoversIn(queues: readonly GroupQueue[]): ThreadError[] {
  return queues
    .filter((queue) => queue.size > 0)
    .map((queue) => {
      const { label, deadLettered } = internalsOf(queue)
      const why =
        deadLettered === 0
          ? ''
          : ` (${deadLettered} of them given up, and there is no room among the dead letters)`
      return new ThreadError(
        `${label} still has ${counted(queue.size, 'item')}${why}, and all threads that took from it are over`,
      )
    })
}
