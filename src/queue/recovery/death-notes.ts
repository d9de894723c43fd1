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
  /** What it died of, if anything: out of memory, or what nobody caught. */
  readonly thrown: { readonly error: unknown } | undefined
}

/**
 * Why an item failed that `thread` held. Without `ending` another thread started it, and only the death is
 * known.
 */
export function deathOf(thread: number, ending?: Ending): ErrorSnapshot {
  const thrown = ending?.thrown
  const options = thrown === undefined ? undefined : { cause: thrown.error ?? `${thrown.error} was thrown` }
  const error = new ThreadError(`thread ${thread} died while it held the item`, undefined, options)
  return withoutStack(ending === undefined ? error : Object.assign(error, { exitCode: ending.exitCode }))
}

/** The stack is only where this thread heard of it. */
function withoutStack(error: Error): ErrorSnapshot {
  delete error.stack
  return snapshotOf(error)
}

/** Notes in the records of the items that they failed by a death. `deaths`: by threadId. */
export function noteIn(shared: SharedMemory, deaths: ReadonlyMap<number, ErrorSnapshot>): Note {
  const { geometry, memory } = shared
  return (entry, holder, timedOut) => {
    if (geometry.recordsAt === 0) return
    const cell = shared.load(entry)
    if (cell < 0 || cell >= geometry.cells) return
    // It only moved the item to the dead letters.
    if ((shared.load(geometry.cellsAt + cell * geometry.cellBytes + ATTEMPTS) & DEAD_LETTERED) !== 0) return
    const thread = holder - 1
    const error =
      timedOut === undefined
        ? (deaths.get(thread) ?? deathOf(thread))
        : withoutStack(RunTimeoutError.after(timedOut.limit))
    addFailure(spanOf(memory.buffer), recordAt(geometry, cell), error, thread)
  }
}
