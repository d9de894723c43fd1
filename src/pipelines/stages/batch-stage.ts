import { clearTimeout, setTimeout } from '../../timers.ts'
import { ENDED, type Entry, type Origin, type Reader, type StageHooks, WAITING } from '../flow.ts'

/** Gathers `size` values to an array, the last one shorter; with `linger`, also one that is so old. */
export class BatchStage implements Reader {
  readonly #size: number
  readonly #lingerMs: number | undefined
  readonly #input: Reader
  readonly #hooks: StageHooks
  #values: unknown[] = []
  /** Those of the values that have one. */
  #origins: Origin[] = []
  /** The index of the first value. */
  #index = 0
  #timer: NodeJS.Timeout | undefined
  #isDue = false
  #isAdvancing = false
  #inputEnded = false

  constructor(size: number, lingerMs: number | undefined, input: Reader, hooks: StageHooks) {
    this.#size = size
    this.#lingerMs = lingerMs
    this.#input = input
    this.#hooks = hooks
  }

  read(): Entry | typeof WAITING | typeof ENDED {
    this.advance()
    if (this.#isReady && this.#values.length > 0) return this.#batch()
    return this.#inputEnded ? ENDED : WAITING
  }

  /** Reads up to a whole batch: so that its age counts from its first value, not from when it is wanted. */
  advance(): void {
    // The source may tell of a value while it is read.
    if (this.#isAdvancing) return
    this.#isAdvancing = true
    try {
      while (this.#values.length < this.#size && !this.#inputEnded && !this.#hooks.isEnding) {
        const entry = this.#input.read()
        if (entry === WAITING) return
        if (entry === ENDED) this.#inputEnded = true
        else this.#gather(entry)
      }
    } finally {
      this.#isAdvancing = false
    }
  }

  /** The source has a value. Returns true if there is anything for the part behind. */
  takeIn(): boolean {
    this.advance()
    return this.#isReady
  }

  /** The items whose values wait for others. None with `linger`: those do not wait for long. */
  get waiting(): readonly Origin[] {
    return this.#lingerMs === undefined && !this.#isReady ? this.#origins : []
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  get #isReady(): boolean {
    return this.#values.length === this.#size || this.#isDue || this.#inputEnded
  }

  #gather({ value, index, origin }: Entry): void {
    if (this.#values.length === 0) this.#begin(index)
    this.#values.push(value)
    if (origin !== undefined) this.#origins.push(origin)
  }

  #begin(index: number): void {
    this.#index = index
    if (this.#lingerMs === undefined) return
    this.#timer = setTimeout(() => {
      this.#isDue = true
      this.#hooks.wake()
    }, this.#lingerMs)
  }

  #batch(): Entry {
    clearTimeout(this.#timer)
    this.#isDue = false
    const values = this.#values
    const origins = this.#origins
    this.#values = []
    this.#origins = []
    const origin = origins.length === 0 ? this.#hooks.trace(values.length) : joined(origins)
    return { value: values, index: this.#index, origin, failure: undefined }
  }
}

function joined(origins: readonly Origin[]): Origin {
  return {
    hold() {
      for (const origin of origins) origin.hold()
    },
    accept() {
      for (const origin of origins) origin.accept()
    },
    begin() {
      for (const origin of origins) origin.begin()
    },
  }
}
