import { codecFromDescriptorAsync } from '../codec/index.ts'
import { dataOf, type Handle, type HandleData, Origin } from './attachment/index.ts'
import { LifoQueue } from './lifo-queue.ts'
import type { QueueOptions } from './options/index.ts'
import { PriorityQueue } from './priority-queue.ts'
import { Queue } from './queue.ts'
import { registry, sweep } from './recovery/index.ts'

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

/** @internal What this thread holds unfinished, by the labels of the queues. */
export function itemsLeft(): { queue: string; held: number }[] {
  return attachedQueues()
    .filter(({ held }) => held > 0)
    .map(({ origin, held }) => ({ queue: origin.label, held }))
}

/** @internal Detaches this thread from all its queues. */
export function detachAll(): void {
  for (const queue of attachedQueues()) queue[Symbol.dispose]()
  sweep()
}

function attachedQueues(): Queue<unknown>[] {
  // Not `instanceof`: they may be of another copy of the library.
  const queues = [...registry().attached.values()].map(
    ({ queue }) => queue?.deref() as Queue<unknown> | undefined,
  )
  return queues.filter((queue) => queue !== undefined)
}
