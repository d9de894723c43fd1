import type { GrantedKey, Limiter } from '../limiter.ts'

/** Items of one key that wait, the oldest first. */
interface Parked<T> {
  readonly items: T[]
  /** Ends the wait of the first one. */
  readonly wait: AbortController
}

/** An item that may be called with now. */
export interface Granted<T> {
  readonly item: T
  /** Gives the place back; to be called once. */
  release(): void
}

export interface GateEvents<T> {
  /** There is a free lane for it. */
  granted(granted: Granted<T>): void
  /** The wait of the item has failed. */
  failed(item: T, error: unknown): void
}

/**
 * Lets calls begin as a limiter grants them. An item is granted only while a lane is free, so a call begins
 * at once. An item whose key must wait takes no lane: others go on.
 */
export class RateGate<T> {
  readonly #limiter: Limiter
  readonly #events: GateEvents<T>
  readonly #parked = new Map<string, Parked<T>>()
  /** Keys whose turn came while no lane was free. */
  readonly #missed = new Set<string>()
  #free = 0
  #count = 0

  constructor(limiter: Limiter, events: GateEvents<T>) {
    this.#limiter = limiter
    this.#events = events
  }

  /** Items that wait. */
  get parked(): number {
    return this.#count
  }

  /** A call begins without a grant. False if no lane is free. */
  takeLane(): boolean {
    if (this.#free === 0) return false
    this.#free--
    return true
  }

  /** Another call can begin. */
  laneFreed(): void {
    this.#free++
    for (const key of this.#missed) {
      if (this.#free === 0) return
      this.#missed.delete(key)
      const first = this.#parked.get(key)
      if (first !== undefined) this.#limiter.lookAgain(key)
    }
  }

  /** The item is granted at once, or waits. */
  offer(item: T, key: string): void {
    const others = this.#parked.get(key)
    if (others !== undefined) {
      others.items.push(item)
      this.#count++
      return
    }
    try {
      const granted = this.#free > 0 ? this.#limiter.tryQuietly(key) : undefined
      if (granted !== undefined) this.#grant(item, granted)
      else this.#park(item, key)
    } catch (error) {
      this.#events.failed(item, error)
    }
  }

  /** Ends all waits. Returns the items that waited. */
  clear(): T[] {
    const parked = [...this.#parked.values()]
    this.#parked.clear()
    this.#count = 0
    for (const { wait } of parked) wait.abort()
    return parked.flatMap(({ items }) => items)
  }

  #park(item: T, key: string): void {
    const parked: Parked<T> = { items: [item], wait: new AbortController() }
    this.#parked.set(key, parked)
    this.#count++
    this.#wait(key, parked)
  }

  /** Waits for the first item of the key. */
  #wait(key: string, parked: Parked<T>): void {
    const isReady = () => {
      if (this.#free > 0) return true
      this.#missed.add(key)
      return false
    }
    const isHere = () => this.#parked.get(key) === parked
    const settled = (settle: (item: T) => void) => {
      if (!isHere()) return
      const item = parked.items.shift() as T
      this.#count--
      if (parked.items.length === 0) this.#parked.delete(key)
      settle(item)
      if (isHere()) this.#wait(key, parked)
    }
    try {
      this.#limiter.wait(key, {
        signal: parked.wait.signal,
        isReady,
        granted: (granted) => {
          if (isHere()) settled((item) => this.#grant(item, granted))
          else this.#limiter.giveBack(granted)
        },
        reject: (error) => settled((item) => this.#events.failed(item, error)),
      })
    } catch (error) {
      settled((item) => this.#events.failed(item, error))
    }
  }

  #grant(item: T, granted: GrantedKey): void {
    this.#free--
    this.#events.granted({ item, release: () => this.#limiter.giveBack(granted) })
  }
}
