import { spanOf } from '../../codec/index.ts'
import type { SharedMemory } from '../../core/index.ts'
import { ATTEMPTS, DEAD_LETTERED, recordAt } from '../../core/index.ts'
import { RunTimeoutError, ThreadError } from '../../errors.ts'
import { type ErrorSnapshot, snapshotOf } from './error-snapshot.ts'
import { addFailure } from './failure-history.ts'
import type { Note } from './reclaim.ts'

/** How a thread ended, as its starter heard. */
export interface Ending {
  readonly exitCode: number
  /** The error that ended the thread, if any: out of memory, or an uncaught exception. */
  readonly thrown: { readonly error: unknown } | undefined
}

/**
 * The failure of an item that `thread` held when it died. Without `ending` only the death is known, since
 * another thread started it.
 */
export function deathOf(thread: number, ending?: Ending): ErrorSnapshot {
  const thrown = ending?.thrown
  const options = thrown === undefined ? undefined : { cause: thrown.error ?? `${thrown.error} was thrown` }
  const error = new ThreadError(`thread ${thread} died while it held the item`, undefined, options)
  return withoutStack(ending === undefined ? error : Object.assign(error, { exitCode: ending.exitCode }))
}

/** Without its stack, which only says where this thread heard of the death. */
function withoutStack(error: Error): ErrorSnapshot {
  delete error.stack
  return snapshotOf(error)
}

/** Adds a death to the failure histories of the items that it failed. `deaths`: by threadId. */
export function noteIn(shared: SharedMemory, deaths: ReadonlyMap<number, ErrorSnapshot>): Note {
  const { geometry, memory } = shared
  return (entry, holder, timedOut) => {
    if (geometry.recordsAt === 0) return
    const cell = shared.load(entry)
    if (cell < 0 || cell >= geometry.cells) return
    // The thread only moved the item to the dead letters.
    if ((shared.load(geometry.cellsAt + cell * geometry.cellBytes + ATTEMPTS) & DEAD_LETTERED) !== 0) return
    const thread = holder - 1
    const error =
      timedOut === undefined
        ? (deaths.get(thread) ?? deathOf(thread))
        : withoutStack(RunTimeoutError.after(timedOut.limit))
    addFailure(spanOf(memory.buffer), recordAt(geometry, cell), error, thread)
  }
}
