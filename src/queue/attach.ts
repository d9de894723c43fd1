import { codecFromDescriptorAsync } from '../codec/index.ts'
import { dataOf, type Handle, type HandleData } from './handle.ts'
import type { QueueOptions } from './options.ts'
import { Origin } from './origin.ts'
import { Queue } from './queue.ts'
import { registry } from './registry.ts'

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
  for (let data: HandleData | undefined = dataOf(handle); data !== undefined; data = data.deadLetters) {
    await codecFromDescriptorAsync(data.codec)
  }
  return attach(handle)
}

function attachData(data: HandleData): Queue<unknown> {
  const known = registry().attached.get(data.id)?.queue?.deref()
  if (known !== undefined) return known as Queue<unknown>
  const deadLetters = data.deadLetters === undefined ? undefined : attachData(data.deadLetters)
  return new Queue<unknown>(Origin.fromHandle(data, deadLetters) as unknown as QueueOptions<unknown>)
}
