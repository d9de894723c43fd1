import { fileURLToPath } from 'node:url'
import { getEnvironmentData, isMainThread, workerData } from 'node:worker_threads'
import { ThreadError } from '../errors.ts'
import { link } from '../thread-link.ts'

/**
 * Of the `workerData` of a thread that a supervisor started, so that it is there before anything of the
 * program runs.
 */
export const THREAD_MARK = 'millrace.thread'
/** Where the groups were started to which this thread and its ancestors belong. Workers inherit it. */
export const ANCESTRY = 'millrace.ancestry'

/**
 * True in a thread that millrace started: `if (!isMillraceThread) main()` guards a file that starts threads
 * which load that file. (`isMainThread` is no test where the program itself runs in a thread, as in a test
 * runner.)
 */
export const isMillraceThread: boolean =
  !isMainThread && (workerData as Record<string, unknown> | null)?.[THREAD_MARK] === true

export function ancestry(): readonly string[] {
  const places = getEnvironmentData(ANCESTRY)
  return Array.isArray(places) ? places.map(String) : []
}

/** `/path/file.js:3:5`, of the first of these frames; '' if it has no place. */
export function placeIn(frames: string): string {
  const [first = ''] = frames.split('\n')
  const [, file = '', at = ''] = /(?:\(|at )((?:file:|\/|[A-Za-z]:\\)[^()]*?)(:\d+:\d+)\)?$/.exec(first) ?? []
  if (file === '') return ''
  return `${file.startsWith('file:') ? fileURLToPath(file.replace(/\?.*$/, '')) : file}${at}`
}

/**
 * No program starts itself without end: a thread starts others only once its function has begun, so not while
 * its modules are loaded, and never from the line that started one of its ancestors.
 * @throws ThreadError, which fails the run of this thread, whoever catches it
 */
export function refuseSelfStart(place: string): void {
  const supervisor = link()
  // Absent while what `--import` and `-r` name is loaded.
  const isLoading = isMillraceThread && supervisor?.hasBegun !== true
  if (!isLoading && !(place !== '' && ancestry().includes(place))) return
  const where = place === '' ? 'a file that a thread loads' : place
  const error = new ThreadError(
    `${where} starts threads again in a thread that was started there, and so would each of those: ` +
      'guard what is for the main program alone with `if (!isMillraceThread)`, exported by millrace',
  )
  supervisor?.refused(error)
  throw error
}
