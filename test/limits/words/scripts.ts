import type { Running, Script, Thread } from './machine.ts'

/** The calls of threads at a limiter, in steps: the methods of Limiter and KeyTable are generators here. */

/** A signal that aborts a call when told to. */
interface Signal {
  readonly aborted: boolean
  abort: () => unknown
}

interface Settled {
  readonly value: unknown
  readonly error: unknown
  isSettled: boolean
  onSettled: (() => void) | undefined
}

/** Limiter, in steps. */
interface Steps {
  try(keyOf: () => Running, weight: number, takesPlace: boolean): Running
  acquire(
    keyOf: () => Running,
    weight: number,
    takesPlace: boolean,
    limits: { timeout: number; signal: Signal | undefined },
  ): Running
  acquireSync(
    keyOf: () => Running,
    weight: number,
    takesPlace: boolean,
    limits: { timeout: number; isStoppable: boolean },
  ): Running
  penalize(keyOf: () => Running, ms: number): Running
  giveBack(granted: unknown): Running
  readonly table: { find(name: string): Running; findOrAdd(name: string, quotaOf: () => unknown): Running }
  readonly attachment: { detach(): Running }
}

export interface Call {
  readonly key?: string
  readonly weight?: number
  /** In ms. */
  readonly timeout?: number
  /** In ms: aborts the call after so long. */
  readonly abortAfter?: number
  /** Gives the place back after so many ms; undefined: at once; Infinity: never. */
  readonly holds?: number
}

function limiterOf(thread: Thread): Steps {
  return thread.limiter as unknown as Steps
}

function keyOf(thread: Thread, name: string): () => Running {
  return () => limiterOf(thread).table.findOrAdd(name, () => thread.machine.options.quota)
}

function takesPlace(thread: Thread): boolean {
  return thread.machine.options.quota.concurrency > 0
}

function* giveBack(thread: Thread, granted: unknown, holds = 0): Running {
  if (!takesPlace(thread)) return undefined
  if (holds === 0) yield* limiterOf(thread).giveBack(granted)
  else if (holds !== Number.POSITIVE_INFINITY)
    thread.setTimeout(() => limiterOf(thread).giveBack(granted), holds)
  return undefined
}

/** Waits asynchronously; what follows is an event of the thread. */
export function acquires({ key = 'a', weight = 1, timeout, abortAfter, holds }: Call = {}): Script {
  return function* (thread) {
    const signal: Signal = { aborted: false, abort: () => {} }
    let promise: Settled
    try {
      promise = (yield* limiterOf(thread).acquire(keyOf(thread, key), weight, takesPlace(thread), {
        timeout: timeout ?? Number.POSITIVE_INFINITY,
        signal,
      })) as Settled
    } catch (error) {
      return refused(thread, error)
    }
    const calls = thread.calls.get(key) ?? []
    thread.calls.set(key, calls)
    calls.push(promise)
    const settled = () => {
      const place = calls.indexOf(promise)
      calls.splice(place, 1)
      if (promise.error === undefined && place > 0) throw new Error('a call is granted before an older one')
      if (promise.error === undefined) thread.later(() => giveBack(thread, promise.value, holds))
    }
    if (promise.isSettled) settled()
    else promise.onSettled = settled
    if (abortAfter !== undefined && !promise.isSettled) thread.setTimeout(() => signal.abort(), abortAfter)
    return undefined
  }
}

/** Blocks the thread. */
export function blocks({ key = 'a', weight = 1, timeout, holds }: Call = {}): Script {
  return function* (thread) {
    try {
      const found = yield* limiterOf(thread).acquireSync(keyOf(thread, key), weight, takesPlace(thread), {
        timeout: timeout ?? Number.POSITIVE_INFINITY,
        isStoppable: false,
      })
      yield* giveBack(thread, found, holds)
    } catch (error) {
      if ((error as Error).constructor.name !== 'WaitTimeoutError') throw error
    }
    return undefined
  }
}

export function tries({ key = 'a', weight = 1, holds }: Call = {}): Script {
  return function* (thread) {
    const limiter = limiterOf(thread)
    try {
      const granted = yield* limiter.try(keyOf(thread, key), weight, takesPlace(thread))
      if (granted !== undefined && (thread.calls.get(key)?.length ?? 0) > 0)
        throw new Error('a call is granted before an older one')
      if (granted !== undefined) yield* giveBack(thread, granted, holds)
    } catch (error) {
      refused(thread, error)
    }
    return undefined
  }
}

/** There may be no room for a key. The checker knows whether all were in use. */
function refused(thread: Thread, error: unknown): undefined {
  if ((error as Error).constructor.name !== 'TooManyKeysError') throw error
  void thread
  return undefined
}

export function penalizes(ms: number, key = 'a'): Script {
  return function* (thread) {
    try {
      yield* limiterOf(thread).penalize(keyOf(thread, key), ms)
    } catch (error) {
      refused(thread, error)
    }
    return undefined
  }
}

export function detaches(): Script {
  return (thread) => limiterOf(thread).attachment.detach()
}

/** Looks for the key: the answer is right at some moment between. */
export function finds(key: string): Script {
  return function* (thread) {
    const { machine } = thread
    const hash = machine.options.hashOf(key)
    const number = () => machine.observer?.numberOf(hash) ?? -1
    const mayChange = machine.observer?.isLocked
    const before = number()
    const found = (yield* limiterOf(thread).table.find(key)) as { key: number } | undefined
    const answer = found?.key ?? -1
    // Scenarios change a key at most once meanwhile.
    if (mayChange !== true && answer !== before && answer !== number())
      throw new Error(`find answers ${answer}, and the key was ${before} and is ${number()}`)
    return undefined
  }
}

/** One after another, at once. */
export function all(...scripts: readonly Script[]): Script {
  return function* (thread) {
    for (const script of scripts) yield* script(thread)
    return undefined
  }
}

/** Each so many ms after the start, as an event of its own. */
export function later(ms: number, ...scripts: readonly Script[]): Script {
  return function* (thread) {
    for (const script of scripts) thread.setTimeout(() => script(thread), ms)
    return undefined
  }
}
