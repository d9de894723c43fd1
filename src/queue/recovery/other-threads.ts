import type { MessagePort } from 'node:worker_threads'
import type { SharedMemory } from '../../core/index.ts'
import type { RegisteredQueue } from './registry.ts'

/** Another thread that uses queues, as this thread knows it. */
export interface OtherThread {
  /** The memories that it is attached to, by the queues' ids. */
  readonly memories: Map<string, UsedMemory>
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
  /** Threads whose supervisor has asked them to stop. */
  readonly stopping: Set<number>
  /** Called when a thread is dead, before what it holds is requeued. */
  readonly beforeRecovery: Set<(thread: number) => void>
  isListening: boolean
}

const KEY = Symbol.for('millrace.others')
const holder = globalThis as { [KEY]?: Others }
holder[KEY] ??= {
  children: new Map(),
  known: new Map(),
  stopping: new Set(),
  beforeRecovery: new Set(),
  isListening: false,
}
export const others: Others = holder[KEY]

export function otherThread(thread: number): OtherThread {
  let other = others.known.get(thread)
  if (other === undefined) {
    other = { memories: new Map(), lifelines: [] }
    others.known.set(thread, other)
  }
  return other
}

/** This thread has started `thread`, and the program has not removed all listeners of its Worker. */
export function hearsExit(thread: number): boolean {
  return others.children.get(thread)?.() === true
}

/**
 * Calls `call` when a thread is dead, before what it holds is requeued, until the returned function is
 * called.
 */
export function beforeRecovery(call: (thread: number) => void): () => void {
  others.beforeRecovery.add(call)
  return () => others.beforeRecovery.delete(call)
}
