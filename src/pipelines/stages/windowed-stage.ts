import { invalidType } from '../../check.ts'
import { EventLoopYield } from '../../event-loop-yield.ts'
import type { DeadLetter, Queue } from '../../queue/index.ts'
import { ENDED, type Entry, type Reader, type StageHooks, WAITING } from '../flow.ts'
import type { StageStats } from '../options.ts'
import type { Executor, StageEvents } from './executor.ts'
import { Fifo } from './fifo.ts'
import { putLetter } from './letters.ts'
import { StageItem } from './stage-item.ts'

export interface WindowedStageSettings {
  readonly name: string
  /** Items begun and not yet read completely, at most. */
  readonly window: number
  readonly order: 'source' | 'none' | ((item: unknown) => string | number)
  /** Undefined: failures are passed on as entries. */
  readonly onError: 'fail' | 'skip' | Queue<DeadLetter<unknown>> | undefined
  /** An item has one output at most, so outputs are as bounded as items. */
  readonly isSimple: boolean
  /** Its outputs are those of the run: an item counts until the next is asked for. */
  readonly isLast: boolean
}

/**
 * A stage whose items are begun in the order of its input, up to a window: an item counts from its reading
 * until all its outputs are read. The state machine of an item is in docs/internals/stages.md.
 */
export class WindowedStage implements Reader, StageEvents {
  readonly #settings: WindowedStageSettings
  readonly #input: Reader
  readonly #hooks: StageHooks
  readonly #executor: Executor
  /** The items that are begun, in the order of the input. Only where that order is kept. */
  readonly #inOrder = new Fifo<StageItem>()
  /** The items of the outputs that can be read, in the order in which they came; where no order is kept. */
  readonly #ready = new Fifo<StageItem>()
  /** For each key of an item under way, the items that wait for it. */
  readonly #keys = new Map<string | number, Fifo<StageItem>>()
  /** Items that may begin, and wait for the executor. */
  readonly #next = new Fifo<StageItem>()
  /** The item whose last output was read last, if it still counts. */
  #handedOut: StageItem | undefined
  #live = 0
  #buffered = 0
  #places = 0
  #inputEnded = false
  #isAdvancing = false
  /** Only for a function on this thread. */
  readonly #loop = new EventLoopYield()
  #isYielding = false
  #read = 0
  #done = 0
  #failed = 0
  #skipped = 0
  #retried = 0

  constructor(
    settings: WindowedStageSettings,
    input: Reader,
    hooks: StageHooks,
    executorFor: (events: StageEvents) => Executor,
  ) {
    this.#settings = settings
    this.#input = input
    this.#hooks = hooks
    this.#executor = executorFor(this)
  }

  get executor(): Executor {
    return this.#executor
  }

  get failures(): { readonly failed: number; readonly skipped: number } {
    return { failed: this.#failed, skipped: this.#skipped }
  }

  get stats(): StageStats {
    return {
      name: this.#settings.name,
      read: this.#read,
      inFlight: this.#live,
      done: this.#done,
      failed: this.#failed,
      retried: this.#retried,
      threads: this.#executor.threads,
      busy: this.#executor.busy,
    }
  }

  read(): Entry | typeof WAITING | typeof ENDED {
    const handedOut = this.#handedOut
    this.#handedOut = undefined
    if (handedOut !== undefined) this.#close(handedOut)
    // Each advance reads results in one go: one for every output would cost more than the output.
    let output = this.#places < this.#settings.window >> 2 ? this.#take() : undefined
    if (output === undefined) {
      // A look before that one would find few results, and then others, one by one.
      if (!this.#executor.looksSoon) this.advance()
      else if (this.#places > 0) this.takeIn()
      output = this.#take()
    }
    if (output !== undefined) return output
    return this.#inputEnded && this.#live === 0 ? ENDED : WAITING
  }

  /** Takes in what has come, and begins as many items as the window allows. */
  advance(): void {
    // A function on this thread may come back here.
    if (this.#isAdvancing) return
    this.#isAdvancing = true
    try {
      this.#executor.drain()
      this.#closeUnread()
      this.#fill()
      // Last: the steps above may end the turn of an item, and no frame need follow.
      this.#publishTurn()
    } finally {
      this.#isAdvancing = false
    }
  }

  /**
   * The source has a value: begins as many items as the window allows, and does nothing else. Returns true if
   * there is anything for the part behind.
   */
  takeIn(): boolean {
    if (this.#isAdvancing) return true
    this.#isAdvancing = true
    try {
      this.#fill()
      this.#publishTurn()
    } finally {
      this.#isAdvancing = false
    }
    const head = this.#isInOrder ? this.#inOrder.peek() : this.#ready.peek()
    return this.#inputEnded || head?.isDone === true || (head !== undefined && head.buffered > 0)
  }

  get wantsOutputs(): boolean {
    if (this.#settings.isSimple) return true
    const readable = this.#isInOrder ? (this.#inOrder.peek()?.buffered ?? 0) : this.#buffered
    return readable < this.#settings.window
  }

  wantsOutputsOf(item: StageItem): boolean {
    return this.wantsOutputs && (!this.#isInOrder || item === this.#inOrder.peek() || !this.#isOutOfTurnFull)
  }

  output(item: StageItem, number: number, value: unknown): void {
    if (number < item.outputs || item.isDone) return
    item.outputs = number + 1
    const { entry, origin } = item
    origin.hold()
    this.#add(item, { value, index: entry.index, origin, failure: undefined })
  }

  done(item: StageItem): void {
    if (item.isDone) return
    item.isDone = true
    this.#done++
    // The outputs that are not accepted hold it further on.
    if (item.buffered === 0 && !this.#isInOrder) this.#close(item)
  }

  failed(item: StageItem, error: unknown): void {
    if (item.isDone) return
    this.#failed++
    const { onError } = this.#settings
    if (onError === undefined) {
      const { entry, origin } = item
      origin.hold()
      this.#add(item, { value: undefined, index: entry.index, origin, failure: { error } })
      this.done(item)
    } else if (onError === 'fail') this.#hooks.fail(error)
    else if (onError === 'skip') this.#skip(item)
    else this.#putLetter(item, error, onError)
  }

  retried(_item: StageItem): void {
    this.#retried++
  }

  free({ key }: StageItem): void {
    if (key === undefined) return
    const next = this.#keys.get(key)?.shift()
    if (next === undefined) this.#keys.delete(key)
    else {
      this.#next.push(next)
      this.#hooks.wake()
    }
  }

  get #isInOrder(): boolean {
    return this.#settings.order === 'source'
  }

  #skip(item: StageItem): void {
    this.#skipped++
    this.done(item)
  }

  /** The item stays in the window until its letter is stored. */
  #putLetter(item: StageItem, error: unknown, letters: Queue<DeadLetter<unknown>>): void {
    putLetter(letters, item, this.#settings.name, error, { signal: this.#hooks.signal }).then(
      () => {
        this.#skip(item)
        this.#hooks.wake()
      },
      (refused) => this.#hooks.fail(refused),
    )
  }

  #add(item: StageItem, output: Entry): void {
    item.add(output)
    this.#buffered++
    if (!this.#isInOrder) this.#ready.push(item)
  }

  /** The next output in turn. */
  #take(): Entry | undefined {
    if (!this.#isInOrder) {
      const item = this.#ready.shift()
      return item && this.#takeFrom(item)
    }
    for (;;) {
      const item = this.#inOrder.peek()
      if (item === undefined) return undefined
      if (item.buffered > 0) return this.#takeFrom(item)
      if (!item.isDone) return undefined
      this.#inOrder.shift()
      this.#close(item)
    }
  }

  #takeFrom(item: StageItem): Entry | undefined {
    const output = item.next()
    this.#buffered--
    if (item.isDone && item.buffered === 0) {
      if (this.#isInOrder) this.#inOrder.shift()
      if (this.#settings.isLast) this.#handedOut = item
      else this.#close(item)
    }
    return output
  }

  #close({ origin }: StageItem): void {
    this.#live--
    this.#places++
    origin.accept()
  }

  /** Items in turn without outputs need no reader. */
  #closeUnread(): void {
    if (!this.#isInOrder) return
    for (let item = this.#inOrder.peek(); item?.isDone && item.buffered === 0; item = this.#inOrder.peek()) {
      this.#inOrder.shift()
      this.#close(item)
    }
  }

  #publishTurn(): void {
    if (this.#settings.isSimple) return
    this.#executor.setTurn(this.#isInOrder ? this.#inOrder.peek() : undefined, this.#isOutOfTurnFull)
  }

  /** Half of the window is outputs that are not in turn. */
  get #isOutOfTurnFull(): boolean {
    const head = this.#isInOrder ? this.#inOrder.peek() : undefined
    const outOfTurn = head === undefined ? 0 : this.#buffered - head.buffered
    return outOfTurn >= this.#settings.window >> 1
  }

  #fill(): void {
    this.#beginItems()
    this.#executor.flush()
  }

  /** Begins as many items as the window and the executor allow. */
  #beginItems(): void {
    this.#places = 0
    const executor = this.#executor
    while (!this.#hooks.isEnding && !this.#yields()) {
      if (!executor.isReady) return
      const waiting = this.#next.shift()
      if (waiting !== undefined) {
        executor.dispatch(waiting)
        continue
      }
      if (this.#inputEnded) return
      // A function on this thread may have decided items at once.
      if (this.#live >= this.#settings.window) this.#closeUnread()
      if (this.#live >= this.#settings.window) return
      const entry = this.#input.read()
      // The reading itself may have ended the run: nothing begins afterwards.
      if (entry === WAITING || this.#hooks.isEnding) return
      if (entry === ENDED) this.#inputEnded = true
      else this.#begin(entry)
    }
  }

  /** Where source and function never wait, and no output is read, nothing else lets the event loop run. */
  #yields(): boolean {
    if (this.#isYielding || this.#executor.threads > 0 || !this.#loop.shouldYield()) return this.#isYielding
    this.#isYielding = true
    void this.#loop.yield().then(() => {
      this.#isYielding = false
      this.#hooks.wake()
    })
    return true
  }

  #begin(entry: Entry): void {
    this.#read++
    let key: string | number | undefined
    try {
      key = this.#keyOf(entry)
    } catch (error) {
      this.#hooks.fail(error)
      return
    }
    const item = new StageItem(entry, entry.origin ?? this.#hooks.trace(1), key)
    this.#live++
    if (this.#isInOrder) this.#inOrder.push(item)
    if (entry.failure !== undefined) {
      item.origin.hold()
      this.#add(item, entry)
      this.done(item)
      return
    }
    if (key === undefined) this.#executor.dispatch(item)
    else {
      const others = this.#keys.get(key)
      if (others !== undefined) others.push(item)
      else {
        this.#keys.set(key, new Fifo())
        this.#executor.dispatch(item)
      }
    }
  }

  /** @throws what the function throws; TypeError for a key that is neither a string nor a number */
  #keyOf({ value, failure }: Entry): string | number | undefined {
    const { order } = this.#settings
    if (typeof order !== 'function' || failure !== undefined) return undefined
    const key = order(value)
    if (typeof key === 'string' || typeof key === 'number') return key
    throw invalidType('options.ordered: its result', 'a string or a number', key)
  }
}
