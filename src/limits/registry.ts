import type { Limiter } from './limiter.ts'

/** The inner door of a limiter object. Registered, so that every copy of the library knows the object. */
export const LIMITER: unique symbol = Symbol.for('millrace.limiter') as never

/** A limiter object, of whichever copy of the library. */
export interface LimiterObject {
  readonly [LIMITER]: Limiter
  readonly handle: unknown
  [Symbol.dispose](): void
}

const KEY = Symbol.for('millrace.limiters')
const holder = globalThis as { [KEY]?: Map<string, WeakRef<LimiterObject>> }
holder[KEY] ??= new Map()
/** The limiter objects of this thread, by id: in one thread the same object comes back each time. */
const limiters: Map<string, WeakRef<LimiterObject>> = holder[KEY]

/** The thread is attached by `object` from now on. */
export function register(object: object, limiter: Limiter): void {
  Object.defineProperty(object, LIMITER, { value: limiter })
  limiter.attachment.owner = object
  for (const [id, known] of limiters) if (known.deref() === undefined) limiters.delete(id)
  limiters.set(limiter.handle.id, new WeakRef(object as LimiterObject))
}

/** The object by which this thread is attached. */
export function registered(id: string): LimiterObject | undefined {
  const known = limiters.get(id)?.deref()
  return known === undefined || known[LIMITER].attachment.isDetached ? undefined : known
}

/** Whether `value` is a limiter. */
export function isLimiter(value: unknown): value is LimiterObject {
  return typeof value === 'object' && value !== null && LIMITER in value
}

/** Detaches this thread from all its limiters. */
export function detachLimiters(): void {
  for (const known of limiters.values()) known.deref()?.[Symbol.dispose]()
  limiters.clear()
}
