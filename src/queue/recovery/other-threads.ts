import type { MessagePort } from 'node:worker_threads'
import type { SharedMemory } from '../../core/index.ts'
import { setLatest } from '../../latest.ts'
import type { RegisteredQueue } from './registry.ts'

/** Shared memory apart from a queue, in which a thread leaves something when it dies. Thread: threadId + 1. */
export interface Recoverable {
  /** Any number of threads may call this at once, and again. */
  recover(thread: number): void
  /** All threads that sleep in it look again. */
  wake(): void
}

/** Another thread that uses queues, as this thread knows it. */
export interface OtherThread {
  /** The memories that it is attached to, by the queues' ids. */
  readonly memories: Map<string, UsedMemory>
  /** Other memories that it uses, by their ids. */
  readonly recoverables: Map<string, Recoverable>
  /** They close when the thread's environment is torn down. */
  readonly lifelines: MessagePort[]
}

export interface UsedMemory {
  readonly shared: SharedMemory
  /** The object by which this thread goes on moving dead letters when the other is gone; kept for that. */
  readonly queue: RegisteredQueue | undefined
}

/** It lives on `globalThis`: of several copies of the library in a thread one listens. */
interface Others {
  /** Worker threads that this thread has started, and that are alive: whether it will hear their exit. */
  readonly children: Map<number, () => boolean>
  /** In the main thread all others, elsewhere the threads it supervises; by threadId. */
  readonly known: Map<number, OtherThread>
  /** Other memories that this thread uses, by their ids; undefined once that is collected. */
  readonly recoverables: Map<string, () => Recoverable | undefined>
  /** Threads whose supervisor has asked them to stop. */
  readonly stopping: Set<number>
  /** Called when a thread is dead, before what it holds is requeued. */
  readonly beforeRecovery: Set<(thread: number) => void>
  /** Threads whose death is not charged to the items that they held; the latest. */
  readonly acquitted: Map<number, true>
  /** Threads of this thread that wait for a function to run. */
  readonly resting: Set<number>
  isListening: boolean
}

const KEY = Symbol.for('millrace.others')
const holder = globalThis as { [KEY]?: Others }
holder[KEY] ??= {
  children: new Map(),
  known: new Map(),
  recoverables: new Map(),
  stopping: new Set(),
  beforeRecovery: new Set(),
  acquitted: new Map(),
  resting: new Set(),
  isListening: false,
}
export const others: Others = holder[KEY]

export function otherThread(thread: number): OtherThread {
  let other = others.known.get(thread)
  if (other === undefined) {
    other = { memories: new Map(), recoverables: new Map(), lifelines: [] }
    others.known.set(thread, other)
  }
  return other
}

/** This thread has started `thread`, and the program has not removed all listeners of its Worker. */
export function hearsExit(thread: number): boolean {
  return others.children.get(thread)?.() === true
}

/**
 * The death of `thread`, which follows, is not to be charged to the items that it holds: what killed it may
 * be left from an earlier function.
 */
export function acquit(thread: number): void {
  setLatest(others.acquitted, thread, true)
}

/** Notes whether `thread`, which this thread has started, waits for a function to run. */
export function noteResting(thread: number, isResting: boolean): void {
  if (isResting) others.resting.add(thread)
  else others.resting.delete(thread)
}

/** Workers of this thread that are alive, without threads that wait for a function to run. */
export function workersAtWork(): number {
  return [...others.children.keys()].filter((thread) => !others.resting.has(thread)).length
}

/**
 * Calls `call` when a thread is dead, before what it holds is requeued, until the returned function is
 * called.
 */
export function beforeRecovery(call: (thread: number) => void): () => void {
  others.beforeRecovery.add(call)
  return () => others.beforeRecovery.delete(call)
}
