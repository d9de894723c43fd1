import { codecFromDescriptorAsync } from '../codec/index.ts'
import { dataOf, type Handle, type HandleData } from './handle.ts'
import { LifoQueue } from './lifo-queue.ts'
import type { QueueOptions } from './options.ts'
import { Origin } from './origin.ts'
import { PriorityQueue } from './priority-queue.ts'
import { Queue } from './queue.ts'
import { registry, sweep } from './registry.ts'

const CLASSES = { fifo: Queue, lifo: LifoQueue, priority: PriorityQueue }

/**
 * Attaches this thread to the queue of a handle. Idempotent in a thread: the same object comes back.
 * @throws TypeError for what is no handle, or a codec that cannot be loaded synchronously (see attachAsync);
 *   TooManyThreadsError
 */
export function attach<Q>(handle: Handle<Q>): Q {
  return attachData(dataOf(handle)) as Q
}

/** As attach, but imports a user's codec first. */
export async function attachAsync<Q>(handle: Handle<Q>): Promise<Q> {
  return attachFor(handle, 0)
}

/** As attachAsync, by a thread that is not attached yet and whose puts are counted for `producer`. */
export async function attachFor<Q>(handle: Handle<Q>, producer: number): Promise<Q> {
  for (let data: HandleData | undefined = dataOf(handle); data !== undefined; data = data.deadLetters) {
    await codecFromDescriptorAsync(data.codec)
  }
  return attachData(dataOf(handle), producer) as Q
}

function attachData(data: HandleData, producer = 0): Queue<unknown> {
  const known = registry().attached.get(data.id)?.queue?.deref()
  if (known !== undefined) return known as Queue<unknown>
  const deadLetters = data.deadLetters === undefined ? undefined : attachData(data.deadLetters)
  return new CLASSES[data.kind]<unknown>(
    Origin.fromHandle(data, deadLetters, producer) as unknown as QueueOptions<unknown>,
  )
}

/** Detaches this thread from every queue. Returns in which it held items, and how many. */
export function detachAll(): { queue: string; held: number }[] {
  const left: { queue: string; held: number }[] = []
  for (const { queue: reference } of [...registry().attached.values()]) {
    // Not `instanceof`: it may be of another copy of the library.
    const queue = reference?.deref() as Queue<unknown> | undefined
    if (queue === undefined) continue
    if (queue.held > 0) left.push({ queue: queue.origin.label, held: queue.held })
    queue[Symbol.dispose]()
  }
  sweep()
  return left
}
