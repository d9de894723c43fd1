import { subscribe } from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import { isMainThread, type Worker } from 'node:worker_threads'
import { invalidType } from '../../check.ts'
import { ownParkingLot } from '../../wait/index.ts'
import { deathOf, type Ending } from './death-notes.ts'
import { died } from './deaths.ts'
import { hearLifelines } from './lifelines.ts'
import { announceDeath, openNotices } from './notices.ts'
import { others } from './other-threads.ts'
import { wakeEveryone } from './reclaim.ts'

/**
 * Every thread that has loaded millrace hears the `exit` of the Workers it starts, and recovers what they
 * leave in the queues attached here. The starter may not know the queue, or not have loaded millrace; then
 * notices and lifelines tell the main thread.
 */

/** Begins to listen; once in each thread. */
export function listen(): void {
  if (others.isListening) return
  others.isListening = true
  // Threads started from now on inherit it.
  ownParkingLot()
  subscribe('worker_threads', (message) => watchWorker((message as { worker: Worker }).worker))
  hearLifelines()
  if (isMainThread) openNotices()
}

/**
 * Begins to hear what the Workers of this thread attach to, so that `wakeToStop` reaches them. Returns what
 * ends it.
 */
export function hearAttachments(): () => void {
  listen()
  return isMainThread ? () => {} : openNotices()
}

/**
 * Wakes `thread`, a Worker of this thread, wherever it sleeps, also in queues of which a notice is still
 * under way. It has been asked to stop by a word that it reads before it sleeps.
 */
export function wakeToStop(thread: number): void {
  const { stopping } = others
  stopping.add(thread)
  const known = others.known.get(thread)
  for (const { shared } of known?.memories.values() ?? []) wakeEveryone(shared)
  for (const memory of known?.recoverables.values() ?? []) memory.wake()
}

/** The run that was asked to stop is over, and its thread goes on. */
export function forgetStop(thread: number): void {
  others.stopping.delete(thread)
}

/**
 * Recovers what `worker` holds when it dies. Needed only for a Worker started before millrace was loaded in
 * its starter, when the main thread has not loaded it: all others are watched without asking.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if `worker` is no Worker
 * @example
 *     watch(worker)
 */
export function watch(worker: Worker): void {
  if (typeof worker?.prependListener !== 'function' || typeof worker.threadId !== 'number') {
    throw invalidType('worker', 'a Worker', worker)
  }
  watchWorker(worker)
}

function watchWorker(worker: Worker): void {
  // At `exit` it is -1.
  const thread = worker.threadId
  if (thread < 0 || others.children.has(thread)) return
  let thrown: Ending['thrown']
  const exited = (exitCode: number) => {
    const death = deathOf(thread, { exitCode, thrown })
    died(thread, death)
    announceDeath(thread, death)
  }
  // Weak: a program that has removed the listeners may have dropped the Worker as well.
  const started = new WeakRef(worker)
  others.children.set(thread, () => started.deref()?.listeners('exit').includes(exited) === true)
  // A monitor handles no error: the program's own listeners, or their absence, decide as without it.
  worker.prependListener(errorMonitor as unknown as 'error', (error: unknown) => {
    thrown ??= { error }
  })
  worker.prependListener('exit', exited)
}
