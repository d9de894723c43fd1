import { codecFromDescriptorAsync } from '../codec/index.ts'
import {
  dataOf,
  descriptionOf,
  type Handle,
  type HandleData,
  type QueueDescription,
} from './attachment/index.ts'
import { internalsOf, openQueue } from './internals.ts'
import { LifoQueue } from './lifo-queue.ts'
import type { LetterTarget } from './options/index.ts'
import { PriorityQueue } from './priority-queue.ts'
import { isQueue, Queue } from './queue.ts'
import { noteUseByHand, registry, sweep } from './recovery/index.ts'

const CLASSES = { fifo: Queue, lifo: LifoQueue, priority: PriorityQueue }

/**
 * Attaches this thread to the queue of a handle. In one thread the same object comes back each time.
 * @throws TypeError for what is no handle, or a codec that cannot be loaded synchronously (see attachAsync);
 *   TooManyThreadsError
 * @example
 *     const jobs = attach(workerData.jobs)
 */
export function attach<Q>(handle: Handle<Q>): Q {
  return attachByHand(dataOf(handle)) as Q
}

/**
 * As attach, but imports a user's codec first.
 * @throws TypeError for what is no handle, or a codec that cannot be imported; TooManyThreadsError
 * @example
 *     const jobs = await attachAsync(workerData.jobs)
 */
export async function attachAsync<Q>(handle: Handle<Q>): Promise<Q> {
  await importCodecs(handle)
  return attachByHand(dataOf(handle)) as Q
}

function attachByHand(data: HandleData): Queue<unknown> {
  const known = knownQueue(data)
  if (known !== undefined) return known
  noteUseByHand()
  return attachData(data)
}

/**
 * @internal As attachAsync, in a thread that is not attached yet and whose puts are counted for `producer`.
 */
export async function attachFor<Q>(handle: Handle<Q>, producer: number): Promise<Q> {
  await importCodecs(handle)
  return attachData(dataOf(handle), producer) as Q
}

async function importCodecs(handle: Handle<unknown>): Promise<void> {
  for (let data: HandleData | undefined = dataOf(handle); data !== undefined; data = data.deadLetters) {
    await codecFromDescriptorAsync(data.codec)
  }
}

/** The queue object of this thread, if there is one. */
function knownQueue({ id }: HandleData): Queue<unknown> | undefined {
  const known = registry().attached.get(id)?.queue?.deref()
  return isQueue(known) ? known : undefined
}

function attachData(data: HandleData, producer = 0): Queue<unknown> {
  const known = knownQueue(data)
  if (known !== undefined) return known
  const letters: LetterTarget | undefined =
    data.deadLetters === undefined ? undefined : internalsOf(attachData(data.deadLetters))
  return queueOf(descriptionOf(data, letters), producer)
}

/**
 * @internal A queue object of this description. This thread attaches; `producer` is the number its puts are
 * counted for.
 */
export function queueOf<T>(description: QueueDescription<T>, producer = 0): Queue<T> {
  // A constructor would make a new queue.
  const queue = Object.create(CLASSES[description.shared.geometry.kind].prototype) as Queue<T>
  openQueue(queue, description, producer)
  return queue
}

/** @internal The items that this thread holds unfinished, by the labels of their queues. */
export function itemsLeft(): { queue: string; held: number }[] {
  return attachedQueues()
    .map((queue) => internalsOf(queue))
    .filter(({ held }) => held > 0)
    .map(({ label, held }) => ({ queue: label, held }))
}

/** @internal Detaches this thread from all its queues. */
export function detachAll(): void {
  for (const queue of attachedQueues()) queue[Symbol.dispose]()
  sweep()
}

function attachedQueues(): Queue<unknown>[] {
  return [...registry().attached.values()].map(({ queue }) => queue?.deref()).filter(isQueue)
}
