import { fileURLToPath } from 'node:url'
import { getEnvironmentData, isMainThread, workerData } from 'node:worker_threads'
import { ThreadError } from '../errors.ts'
import { link } from '../thread-link.ts'

/**
 * A key in the `workerData` of a thread that a supervisor started. There, it is known before any module of
 * the program runs.
 */
export const THREAD_MARK = 'millrace.thread'
/**
 * A key of the environment data, which workers inherit: the places where the groups of this thread and of its
 * ancestors were started.
 */
export const ANCESTRY = 'millrace.ancestry'

/**
 * True in a thread that millrace started. It guards a file that starts threads which load the same file.
 * (`isMainThread` is no replacement: the program itself may run in a thread, as in a test runner.)
 *
 * @example
 *     if (!isMillraceThread) await main()
 */
export const isMillraceThread: boolean =
  !isMainThread && (workerData as Record<string, unknown> | null)?.[THREAD_MARK] === true

export function ancestry(): readonly string[] {
  const places = getEnvironmentData(ANCESTRY)
  return Array.isArray(places) ? places.map(String) : []
}

/** The place of the first of these frames, as `/path/file.js:3:5`; '' if it has none. */
export function placeIn(frames: string): string {
  const [first = ''] = frames.split('\n')
  const [, file = '', at = ''] = /(?:\(|at )((?:file:|\/|[A-Za-z]:\\)[^()]*?)(:\d+:\d+)\)?$/.exec(first) ?? []
  if (file === '') return ''
  return `${file.startsWith('file:') ? fileURLToPath(file.replace(/\?.*$/, '')) : file}${at}`
}

const CURE = 'guard what is for the main program alone with `if (!isMillraceThread)`, exported by millrace'

/** Whether `error`, of a thread, is that of a program that starts itself. */
export function isSelfStart(error: unknown): error is Error {
  return error instanceof Error && error.message.endsWith(CURE)
}

/**
 * Prevents a program from starting itself without end. A thread may start others only once its function has
 * begun, so not while its modules are loaded, and never from the line that started one of its ancestors.
 * @throws ThreadError, which fails the run of this thread even if it is caught
 */
export function refuseSelfStart(place: string): void {
  const supervisor = link()
  // There is no link yet while the modules of `--import` and `-r` are loaded.
  const isLoading = isMillraceThread && supervisor?.hasBegun !== true
  if (!isLoading && !(place !== '' && ancestry().includes(place))) return
  const where = place === '' ? 'a file that a thread loads' : place
  const error = new ThreadError(
    `${where} starts threads again in a thread that was started there, and so would each of those: ${CURE}`,
  )
  supervisor?.refused(error)
  throw error
}
