import { RELEASE, type SharedMemory } from '../../core/index.ts'
import { QueueCorruptError } from '../../errors.ts'
import { INTERNALS } from '../options/index.ts'
import { noteIn } from './death-notes.ts'
import type { ErrorSnapshot } from './error-snapshot.ts'
import { others } from './other-threads.ts'
import { recover, wakeEveryone } from './reclaim.ts'
import { registry, rememberDeath, sweep, thisThread } from './registry.ts'

/**
 * Recovers what a dead thread has left in every queue that this thread knows. It is called after the thread's
 * last JavaScript only: until then a thread that was told to terminate can still store.
 */
export function died(thread: number, death: ErrorSnapshot): void {
  const { attached } = registry()
  rememberDeath(thread, death)
  others.stopping.delete(thread)
  others.children.delete(thread)
  others.resting.delete(thread)
  for (const call of others.beforeRecovery) call(thread)
  for (const { shared } of attached.values()) recoverIn(shared, thread)
  const known = others.known.get(thread)
  others.known.delete(thread)
  for (const lifeline of known?.lifelines ?? []) lifeline.close()
  for (const [id, { shared }] of known?.memories ?? []) if (!attached.has(id)) recoverIn(shared, thread)
  for (const memory of others.recoverables.values()) memory()?.recover(thread + 1)
  for (const memory of known?.recoverables.values() ?? []) memory.recover(thread + 1)
  // The thread, or its death, may have given items up for which there was no room among the dead letters.
  for (const { queue } of [...attached.values()]) queue?.deref()?.[INTERNALS]?.flushDeadLetters()
  sweep()
}

/** Recovers what the dead `thread` has left in one queue. */
export function recoverIn(shared: SharedMemory, thread: number): void {
  try {
    if (others.acquitted.has(thread)) recover(shared, thread + 1, thisThread, undefined, RELEASE)
    else recover(shared, thread + 1, thisThread, noteIn(shared, registry().dead))
    wakeEveryone(shared)
  } catch (error) {
    // A damaged queue must not kill the thread that recovers another's items.
    if (!(error instanceof QueueCorruptError)) throw error
    process.emitWarning(error)
  }
}
