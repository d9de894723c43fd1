import {
  attach as attachQueue,
  attachAsync as attachQueueAsync,
  type Handle,
  noteUseByHand,
} from '../queue/index.ts'
import { checkedHandle, isLimiterHandle, type LimitHandleData } from './handle.ts'
import { KeyedRateLimiter } from './keyed-rate-limiter.ts'
import { Limiter } from './limiter.ts'
import type { QuotaFunction, QuotaReference } from './quota.ts'
import { RateLimiter } from './rate-limiter.ts'
import { LIMITER, type LimiterObject, registered } from './registry.ts'

/**
 * Attaches this thread to the queue or the limiter of a handle. In one thread the same object comes back each
 * time.
 * @throws TypeError for what is no handle, or a codec that cannot be loaded synchronously (see attachAsync);
 *   TooManyThreadsError
 * @example
 *     const jobs = attach(workerData.jobs)
 */
export function attach<Q>(handle: Handle<Q>): Q {
  return isLimiterHandle(handle) ? (attachLimiterByHand(handle) as Q) : attachQueue(handle)
}

/**
 * As attach, but imports a user's codec first.
 * @throws TypeError for what is no handle, or a codec that cannot be imported; TooManyThreadsError
 * @example
 *     const jobs = await attachAsync(workerData.jobs)
 */
export async function attachAsync<Q>(handle: Handle<Q>): Promise<Q> {
  return isLimiterHandle(handle) ? (attachLimiterByHand(handle) as Q) : attachQueueAsync(handle)
}

function attachLimiterByHand(handle: LimitHandleData): LimiterObject {
  const known = registered(handle.id)
  if (known !== undefined) return known
  noteUseByHand()
  return attachLimiter(handle)
}

/** @internal This thread attaches, unless it is attached. */
export function attachLimiter(given: LimitHandleData): LimiterObject {
  const known = registered(given.id)
  if (known !== undefined) return known
  const handle = checkedHandle(given)
  const limiter = new Limiter(handle)
  const object =
    handle.kind === 'limiter' ? new RateLimiter(limiter as never) : new KeyedRateLimiter(limiter as never)
  return object as unknown as LimiterObject
}

/**
 * @internal This thread attaches; `load` finds the quota function, if threads can find it. @throws what `load`
 * throws
 */
export async function attachLimiterWith(
  handle: LimitHandleData,
  load: (reference: QuotaReference) => Promise<QuotaFunction>,
): Promise<LimiterObject> {
  const object = attachLimiter(handle)
  const limiter = object[LIMITER]
  if (handle.quotaBy !== undefined) limiter.ask ??= await load(handle.quotaBy)
  return object
}
