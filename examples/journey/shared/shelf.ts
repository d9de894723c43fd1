/** A bounded buffer of integers in shared memory: bare Atomics, a lock, and one condition for all waits. */

/** 1 while a thread is inside. */
const LOCK = 0
/** Changes with each notify. A thread that waits sleeps on it. */
const CHANGED = 1
const LEVEL = 2
/** The places of the oldest item and of the next put. */
const FIRST = 3
const NEXT = 4
/** How many times a thread went to sleep, and how many times one has woken up. */
export const SLEPT = 5
export const WOKEN = 6
const PLACES = 7

export class Shelf {
  readonly memory: SharedArrayBuffer
  readonly words: Int32Array
  readonly capacity: number
  /** Told what happens, while the lock is held. */
  readonly say: (line: string) => void

  /** `memory` is that of another thread's shelf. A number makes a new shelf with as many places. */
  constructor(memory: SharedArrayBuffer | number, say: (line: string) => void = () => {}) {
    this.memory = typeof memory === 'number' ? new SharedArrayBuffer(4 * (PLACES + memory)) : memory
    this.words = new Int32Array(this.memory)
    this.capacity = this.words.length - PLACES
    this.say = say
  }

  get level(): number {
    return Atomics.load(this.words, LEVEL)
  }

  put(item: number): void {
    this.locked(() => {
      while (this.level === this.capacity) this.wait('full')
      this.words[PLACES + this.#advance(NEXT)] = item
      Atomics.add(this.words, LEVEL, 1)
      this.say(`puts ${item}, level ${this.level}`)
      this.notifyAll()
    })
  }

  get(): number {
    return this.locked(() => {
      while (this.level === 0) this.wait('empty')
      return this.take()
    })
  }

  /** Takes the oldest item. The caller holds the lock, and has seen that there is one. */
  take(): number {
    const item = this.words[PLACES + this.#advance(FIRST)]!
    Atomics.sub(this.words, LEVEL, 1)
    this.say(`takes ${item}, level ${this.level}`)
    this.notifyAll()
    return item
  }

  locked<T>(inside: () => T): T {
    this.#lock()
    try {
      return inside()
    } finally {
      this.#unlock()
    }
  }

  /** Gives the lock back, sleeps until a notify, and takes the lock again. */
  wait(why: string): void {
    this.say(`waits: ${why}`)
    // Read before the lock is given back: a notify that comes before the sleep has changed it by then.
    const seen = Atomics.load(this.words, CHANGED)
    this.#count(SLEPT)
    this.#unlock()
    Atomics.wait(this.words, CHANGED, seen)
    this.#lock()
    this.#count(WOKEN)
  }

  notifyAll(): void {
    Atomics.add(this.words, CHANGED, 1)
    Atomics.notify(this.words, CHANGED)
  }

  /** Resolves once threads have gone to sleep, or woken up, so many times. It does not block. */
  async until(counter: typeof SLEPT | typeof WOKEN, times: number): Promise<void> {
    for (;;) {
      const seen = Atomics.load(this.words, counter)
      if (seen >= times) return
      await Atomics.waitAsync(this.words, counter, seen).value
    }
  }

  /** Moves a place on, and returns where it was. */
  #advance(word: typeof FIRST | typeof NEXT): number {
    const place = this.words[word]!
    this.words[word] = (place + 1) % this.capacity
    return place
  }

  #count(counter: number): void {
    Atomics.add(this.words, counter, 1)
    Atomics.notify(this.words, counter)
  }

  #lock(): void {
    while (Atomics.compareExchange(this.words, LOCK, 0, 1) !== 0) Atomics.wait(this.words, LOCK, 1)
  }

  #unlock(): void {
    Atomics.store(this.words, LOCK, 0)
    Atomics.notify(this.words, LOCK, 1)
  }
}
