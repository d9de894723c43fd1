import { ThreadError } from '../../errors.ts'

/** Where an item has failed. */
export interface FailurePlace {
  /** The name of the stage's function. */
  readonly name: string
  readonly filename: string
  readonly exportName: string
  /** The index of the item in the source. */
  readonly item: number
  /** The index of the thread in its stage, and its threadId; undefined if no thread had the item. */
  readonly thread: { readonly index: number; readonly threadId: number } | undefined
  readonly exitCode?: number | undefined
  /** The stack above the call that made the run. */
  readonly frames: string
}

/** The error of an item that has failed for good: `why` says how, `cause` is what was thrown. */
export function itemError(why: string, cause: unknown, place: FailurePlace): ThreadError {
  const { name, filename, exportName, item, thread, exitCode, frames } = place
  const where = thread === undefined ? '' : ` on thread ${thread.index}`
  const message = `item ${item} of stage '${name}' failed${where}: ${why}`
  const details = {
    group: name,
    index: thread?.index ?? -1,
    threadId: thread?.threadId ?? 0,
    filename,
    exportName,
    item,
    ...(exitCode === undefined ? {} : { exitCode }),
  }
  const error = new ThreadError(message, details, cause === undefined ? undefined : { cause })
  error.stack = `${error.name}: ${message}\n${frames}`
  return error
}

/** One line that describes a thrown value. */
export function shown(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown)
    return thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`
  } catch {
    return 'a value that cannot be shown'
  }
}
