import { CodecError } from '../src/errors.ts'
import { EventLoopYield } from '../src/event-loop-yield.ts'
import { type Granted, type Limiter, RateGate } from '../src/limits/index.ts'
import type { Lease } from '../src/queue/index.ts'

type AnyLease = Lease<unknown>

/** An item that is to be called with. Its lease is set aside: the call takes it up. */
export interface LimitedCall {
  readonly lease: AnyLease
  /** The call is to fail with this. */
  readonly broken: { readonly error: unknown } | undefined
  /** The call has ended. */
  release(): void
}

export interface LimitedSource {
  /** An item that is there now. @throws as Source */
  tryLease(): AnyLease | undefined
  /** Waits for an item; undefined at the end. @throws as Source */
  lease(): Promise<AnyLease | undefined>
  /** No further item is to be called with. */
  readonly isOver: boolean
  /** The key of the item's limit. @throws TypeError; CodecError if the item is given up already */
  keyOf(lease: AnyLease): string
}

/** Hands the items of a consumer to its lanes, in the order in which their keys are granted. */
export class LimitedCalls {
  readonly #source: LimitedSource
  readonly #gate: RateGate<AnyLease>
  /** Items that may wait for their keys; 0: as many as lanes are free. */
  readonly #most: number
  /** Lanes that have not ended. */
  #count: number
  /** Lanes that wait for an item. */
  readonly #lanes: ((call: LimitedCall | undefined) => void)[] = []
  readonly #broken: LimitedCall[] = []
  readonly #loop = new EventLoopYield()
  #goOn: (() => void) | undefined
  #hasEnded = false

  constructor(limiter: Limiter, source: LimitedSource, lanes: number, most: number) {
    this.#source = source
    this.#count = lanes
    this.#most = most
    this.#gate = new RateGate(limiter, {
      granted: (granted) => this.#granted(granted),
      failed: (lease, error) => this.#failed(lease, error),
    })
  }

  /** A lane ends by an error, and asks for no further call. */
  laneFailed(): void {
    this.#count--
    this.#goOn?.()
  }

  /** The next call of a lane; undefined when there is none any more. */
  next(): Promise<LimitedCall | undefined> {
    const broken = this.#broken.shift()
    if (broken !== undefined) return Promise.resolve(broken)
    return new Promise((resolve) => {
      this.#lanes.push(resolve)
      this.#gate.laneFreed()
      this.#goOn?.()
      this.#endLanes()
    })
  }

  /** Reads items until there are no more. @throws as Source */
  async read(): Promise<void> {
    try {
      while (!this.#source.isOver && !this.#hasEnded) {
        const free = this.#lanes.length
        if (free === 0 || this.#gate.parked >= (this.#most || free)) {
          await this.#untilWanted()
          continue
        }
        const lease = this.#source.tryLease() ?? (await this.#source.lease())
        if (lease !== undefined) this.#offer(lease)
        else if (this.#hasEnded || (this.#lanes.length === this.#count && this.#gate.parked === 0)) break
        // The items that this thread still has may come back to the queue.
        else await this.#untilWanted()
        if (this.#loop.shouldYield()) await this.#loop.yield()
      }
    } finally {
      this.#hasEnded = true
      if (this.#source.isOver) this.end()
      this.#endLanes()
    }
  }

  /** Gives back what waits. Lanes end when their calls have. */
  end(): void {
    this.#hasEnded = true
    for (const lease of this.#gate.clear()) lease.release()
    this.#goOn?.()
    this.#endLanes()
  }

  #untilWanted(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = () => {
        this.#goOn = undefined
        resolve()
      }
    })
  }

  #offer(lease: AnyLease): void {
    if (this.#hasEnded) {
      lease.release()
      return
    }
    let key: string
    try {
      key = this.#source.keyOf(lease)
    } catch (error) {
      if (!(error instanceof CodecError)) this.#failed(lease, error)
      return
    }
    lease.setAside()
    this.#gate.offer(lease, key)
  }

  #granted({ item: lease, release }: Granted<AnyLease>): void {
    const lane = this.#lanes.shift()
    lane?.({ lease, broken: undefined, release })
    this.#goOn?.()
    this.#endLanes()
  }

  #failed(lease: AnyLease, error: unknown): void {
    lease.setAside()
    const call = { lease, broken: { error }, release: () => {} }
    if (this.#gate.takeLane()) this.#lanes.shift()?.(call)
    else this.#broken.push(call)
    this.#goOn?.()
    this.#endLanes()
  }

  #endLanes(): void {
    if (!this.#hasEnded || this.#gate.parked > 0 || this.#broken.length > 0) return
    for (const lane of this.#lanes.splice(0)) lane(undefined)
  }
}
