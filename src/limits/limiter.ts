import { isMainThread } from 'node:worker_threads'
import { invalidValue } from '../check.ts'
import { clock, sharedSeconds } from '../clock.ts'
import { allocate, DONE, GONE, type LimitGeometry, LimitMemory, NOT_DUE } from '../core/index.ts'
import { AbortError, BlockingMainThreadError, WaitTimeoutError } from '../errors.ts'
import { crypto } from '../node-crypto.ts'
import { link } from '../thread-link.ts'
import { refuseJson } from '../unsendable.ts'
import { untilDone } from '../wait/index.ts'
import { Attachment } from './attachment.ts'
import type { LimitHandleData } from './handle.ts'
import { type FoundKey, KeyTable, ONLY_KEY } from './key-table.ts'
import { Line } from './line.ts'
import { type CheckedQuota, type QuotaFunction, quotaFor, quotaReferenceOf } from './quota.ts'
import { GRANTED, look, tryGrant, type Wish } from './turn.ts'

const NS = 1e6
/** A blocked thread looks this often, in ms, should a wake be missing. */
const SAFETY_MS = process.env.MILLRACE_SAFETY_TIMEOUT === 'never' ? Number.POSITIVE_INFINITY : 1000

export interface AsyncLimits {
  /** In ms; Infinity: none. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

export interface SyncLimits {
  readonly timeout: number
  /** It ends when the thread is asked to stop. */
  readonly isStoppable: boolean
}

/** Asks for the key again each time, since it may be evicted between a look and a wait. */
export type KeyOf = () => FoundKey

/** A key of which a call was granted. */
export interface GrantedKey {
  readonly key: number
  /** A place is taken, until it is given back. */
  readonly hasPlace: boolean
}

/** A call that waits without limit until it is granted a place of its key. */
export interface GateWait {
  readonly signal: AbortSignal
  /** False: it takes no grant now, and loses its turn; `lookAgain` follows. */
  isReady(): boolean
  granted(granted: GrantedKey): void
  reject(error: unknown): void
}

/** Allocates the memory of a new limiter, and lays it out. */
export function createLimiter(
  kind: LimitHandleData['kind'],
  { name, maxThreads, maxKeys }: { name: string; maxThreads: number; maxKeys: number },
  quota: CheckedQuota | QuotaFunction,
): Limiter {
  const ask = typeof quota === 'function' ? quota : undefined
  const geometry: LimitGeometry = { maxThreads, maxKeys }
  const memory = allocate(LimitMemory.bytesFor(geometry), 'limiter')
  const id = crypto().randomBytes(8).toString('hex')
  const salt = crypto().randomBytes(16).toString('hex')
  const handle: LimitHandleData = {
    ...{ millrace: 1, kind, id, name, memory, geometry, base: sharedSeconds(), salt },
    quota: typeof quota === 'function' ? undefined : quota,
    quotaBy: ask && quotaReferenceOf(ask),
  }
  refuseJson(handle, () => 'a handle cannot be an item: it can be in arguments, workerData and messages')
  const limiter = new Limiter(handle)
  limiter.ask = ask
  return limiter
}

/** One limiter in this thread: what both classes do. */
export class Limiter {
  readonly handle: LimitHandleData
  readonly attachment: Attachment
  readonly table: KeyTable
  readonly label: string

  constructor(handle: LimitHandleData) {
    this.handle = handle
    const memory = new LimitMemory(handle.memory, handle.geometry)
    this.attachment = new Attachment(handle, memory)
    this.label = this.attachment.label
    this.table = new KeyTable(memory, handle.salt, this.label, () => this.attachment.now())
  }

  /** The quota function, where it is known. */
  ask: QuotaFunction | undefined

  /**
   * The key; of a limiter without keys the only one. @throws TypeError where the quota cannot be told;
   * TooManyKeysError
   */
  find(name: string): FoundKey {
    if (this.handle.kind === 'limiter') return ONLY_KEY
    return this.table.findOrAdd(name, () => this.#quotaOf(name))
  }

  /** The key, if it and a place of it were granted at once; else undefined, and no refusal is counted. */
  tryQuietly(name: string): GrantedKey | undefined {
    this.attachment.check()
    for (;;) {
      const found = this.find(name)
      const answer = tryGrant(this.attachment, found, 1, true)
      if (answer === DONE) return this.#granted(found)
      if (answer !== GONE) return undefined
    }
  }

  /** @throws as find */
  wait(name: string, { signal, isReady, granted, reject }: GateWait): void {
    const limits = { timeout: Number.POSITIVE_INFINITY, signal, lapse: () => this.#lapsed(0) }
    for (;;) {
      const found = this.find(name)
      const wish: Wish = { found, weight: 1, takesPlace: true }
      const call = { wish, isReady, granted: () => granted(this.#granted(found)), reject }
      if (Line.add(this.attachment, call, limits)) return
    }
  }

  /** Calls that wait for the key and were not ready look again. */
  lookAgain(name: string): void {
    this.attachment.lines.get(this.find(name).key)?.serve()
  }

  /** Undefined if it was refused. */
  try(keyOf: KeyOf, weight: number, takesPlace: boolean): GrantedKey | undefined {
    const { attachment } = this
    attachment.check()
    for (;;) {
      const found = keyOf()
      const answer = tryGrant(attachment, found, weight, takesPlace)
      if (answer === DONE) return this.#granted(found)
      if (answer === GONE) continue
      attachment.memory.countRefusal(attachment.ledger)
      return undefined
    }
  }

  /** Resolves with the key of which it was granted. */
  acquire(keyOf: KeyOf, weight: number, takesPlace: boolean, limits: AsyncLimits): Promise<GrantedKey> {
    const { attachment } = this
    attachment.check()
    const { timeout, signal } = limits
    if (signal?.aborted) return Promise.reject(new AbortError(signal.reason))
    for (;;) {
      const found = keyOf()
      const answer = tryGrant(attachment, found, weight, takesPlace)
      if (answer === DONE) return Promise.resolve(this.#granted(found))
      if (answer === GONE) continue
      if (timeout === 0) {
        attachment.memory.countRefusal(attachment.ledger)
        return Promise.reject(this.#lapsed(0))
      }
      let granted = () => {}
      let reject: (error: unknown) => void = () => {}
      const promise = new Promise<GrantedKey>((resolve, rejected) => {
        granted = () => resolve(this.#granted(found))
        reject = rejected
      })
      const wish: Wish = { found, weight, takesPlace }
      const call = { wish, granted: () => granted(), reject: (error: unknown) => reject(error) }
      if (Line.add(attachment, call, { timeout, signal, lapse: () => this.#lapsed(timeout) })) return promise
    }
  }

  /**
   * Blocks the thread. It is served before the calls of this thread that wait asynchronously: those cannot
   * run.
   * @throws WaitTimeoutError, AbortError, BlockingMainThreadError
   */
  acquireSync(keyOf: KeyOf, weight: number, takesPlace: boolean, limits: SyncLimits): GrantedKey {
    const { attachment } = this
    attachment.check()
    const { timeout } = limits
    for (;;) {
      const found = keyOf()
      const isBehind = attachment.lines.has(found.key)
      const answer = isBehind ? NOT_DUE : tryGrant(attachment, found, weight, takesPlace)
      if (answer === DONE) return this.#granted(found)
      if (answer === GONE) continue
      if (timeout > 0 && isMainThread) {
        throw new BlockingMainThreadError(
          `acquireSync would have to wait for ${this.label} on the main thread: use acquire, or tryAcquire`,
        )
      }
      if (timeout === 0) {
        attachment.memory.countRefusal(attachment.ledger)
        throw this.#lapsed(0)
      }
      if (this.#block({ found, weight, takesPlace }, limits)) return this.#granted(found)
    }
  }

  /** Moves the key's clock on. */
  penalize(keyOf: KeyOf, ms: number): void {
    const { attachment } = this
    attachment.check()
    const { core } = attachment.memory
    for (;;) {
      const { key, hash } = keyOf()
      const until = attachment.now() + Math.ceil(ms * NS)
      const at = attachment.memory.keyAt(key)
      if (untilDone(() => core.penalize(at, ...hash, until)) === DONE) return
    }
  }

  /** Gives the place back, if there is one. */
  giveBack({ key, hasPlace }: GrantedKey): void {
    const { attachment } = this
    if (!hasPlace || attachment.isDetached) return
    const { core } = attachment.memory
    const { memory, ledger } = attachment
    const answer = untilDone(() =>
      core.giveBack(memory.keyAt(key), memory.cellAt(ledger, key), attachment.now()),
    )
    if (answer === DONE && memory.waitersOf(key) > 0) attachment.callAll(key)
  }

  /** Calls that wait, in all threads; of one key, or of all. */
  waiting(key?: number): number {
    const { memory } = this.attachment
    let sum = 0
    for (let ledger = memory.ledgersUsed - 1; ledger >= 0; ledger--) {
      if (key !== undefined) sum += memory.waitingOf(ledger, key)
      else for (let each = memory.fresh - 1; each >= 0; each--) sum += memory.waitingOf(ledger, each)
    }
    return sum
  }

  /** ms until the next grant of the key is due. */
  nextIn(key: number): number {
    const { memory } = this.attachment
    return Math.max(0, memory.dueAt(key, 1) - this.attachment.now()) / NS
  }

  /** False if the key was evicted. @throws as acquireSync */
  #block(wish: Wish, { timeout, isStoppable }: SyncLimits): boolean {
    const { attachment } = this
    const { memory, ledger } = attachment
    const { weight } = wish
    const { key, hash } = wish.found
    const index = memory.wakeIndex(ledger)
    const ticket = memory.core.drawTicket()
    if (attachment.stand(key, hash, ticket, weight) === GONE) return false
    // The calls that wait asynchronously have given up their place in line, for so long.
    if (attachment.lines.has(key)) attachment.callAll(key, ledger)
    memory.setWaiting(ledger, key, memory.waitingOf(ledger, key) + 1)
    const arrivedAt = attachment.now()
    const deadline = clock.now() + timeout
    let isGranted = false
    try {
      for (;;) {
        const epoch = Atomics.load(memory.words, index)
        if (isStoppable && link()?.stopRequested) throw new AbortError(link()?.signal.reason)
        const next = look(attachment, wish, ticket, arrivedAt)
        isGranted = next === GRANTED
        if (isGranted) return true
        const left = deadline - clock.now()
        if (left <= 0) {
          memory.countRefusal(ledger)
          throw this.#lapsed(timeout)
        }
        const ms = Math.min((next - attachment.now()) / NS, left, SAFETY_MS)
        if (ms > 0) Atomics.wait(memory.words, index, epoch, ms)
      }
    } finally {
      memory.setWaiting(ledger, key, memory.waitingOf(ledger, key) - 1)
      const first = attachment.lines.get(key)?.first
      attachment.stand(key, hash, first?.ticket ?? 0, first?.weight ?? 0)
      if (isGranted) attachment.callFirst(key, ledger, first?.ticket)
      else attachment.callAll(key, ledger)
    }
  }

  /** To be called right after the grant. */
  #granted({ key }: FoundKey): GrantedKey {
    return { key, hasPlace: this.attachment.tookPlace }
  }

  #quotaOf(name: string): CheckedQuota {
    const { quota } = this.handle
    if (quota !== undefined) return quota
    if (this.ask !== undefined) return quotaFor(name, this.ask(name))
    const expected =
      'one that the thread which made the limiter has used: its function `limit` is known only there (a function ' +
      'of `threaded` is known also where the limiter comes in `args` or as `rateLimit`)'
    throw invalidValue('key', expected, name)
  }

  #lapsed(ms: number): WaitTimeoutError {
    return new WaitTimeoutError(`${this.label} granted nothing within ${ms} ms`)
  }
}
