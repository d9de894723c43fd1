import { clearTimeout, setTimeout } from '../../timers.ts'
import { ENDED, type Entry, type Origin, type Reader, type RunHooks, WAITING } from '../flow.ts'

/** Gathers `size` values to an array, the last one shorter; with `linger`, also one that is so old. */
export class BatchStage implements Reader {
  readonly #size: number
  readonly #lingerMs: number | undefined
  readonly #input: Reader
  readonly #hooks: RunHooks
  #gathered: Entry[] = []
  #timer: NodeJS.Timeout | undefined
  #isDue = false
  #inputEnded = false

  constructor(size: number, lingerMs: number | undefined, input: Reader, hooks: RunHooks) {
    this.#size = size
    this.#lingerMs = lingerMs
    this.#input = input
    this.#hooks = hooks
  }

  read(): Entry | typeof WAITING | typeof ENDED {
    this.advance()
    const isWhole = this.#gathered.length === this.#size
    if (isWhole || ((this.#isDue || this.#inputEnded) && this.#gathered.length > 0)) return this.#batch()
    return this.#inputEnded ? ENDED : WAITING
  }

  /** Reads up to a whole batch: so that its age counts from its first value, not from when it is wanted. */
  advance(): void {
    while (this.#gathered.length < this.#size && !this.#inputEnded && !this.#hooks.signal.aborted) {
      const entry = this.#input.read()
      if (entry === WAITING) return
      if (entry === ENDED) this.#inputEnded = true
      else this.#gather(entry)
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #gather(entry: Entry): void {
    this.#gathered.push(entry)
    if (this.#lingerMs === undefined || this.#gathered.length > 1) return
    this.#timer = setTimeout(() => {
      this.#isDue = true
      this.#hooks.wake()
    }, this.#lingerMs)
  }

  #batch(): Entry {
    clearTimeout(this.#timer)
    this.#isDue = false
    const entries = this.#gathered
    this.#gathered = []
    const origins = entries.map(({ origin }) => origin).filter((origin) => origin !== undefined)
    return {
      value: entries.map(({ value }) => value),
      index: (entries[0] as Entry).index,
      origin: origins.length === 0 ? undefined : joined(origins),
      failure: undefined,
    }
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
