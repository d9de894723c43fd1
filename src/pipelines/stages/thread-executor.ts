import { clock } from '../../clock.ts'
import { type Codec, cellCodec, Frame, framedCodec } from '../../codec/index.ts'
import { unpackError } from '../../error-transport.ts'
import { RunTimeoutError, type ThreadError } from '../../errors.ts'
import { FrameKind, IdleTime, type StageFailure } from '../../protocol/index.ts'
import { EMPTY, internalsOf, Queue } from '../../queue/index.ts'
import { Group, NOBODY, returnShare } from '../../supervisor/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import type { RunHooks } from '../flow.ts'
import type { Executor, StageEvents } from './executor.ts'
import { itemError, shown } from './item-error.ts'
import { Slots, type SlottedItem } from './slots.ts'
import type { StageItem } from './stage-item.ts'
import { stagePlan, type ThreadStageSettings } from './thread-plan.ts'

/** Results that are taken in one operation. */
const BATCH = 8
/** Threads wake the owner late while calls are short, so it looks by itself after this time. */
const LOOK_MS = 1
/** Outputs come fast that come within this time. */
const FAST_MS = 0.25
/** Frames between two looks from which on their rate counts as steady. */
const LEAST_STEADY = 4
/** Results may be as large at least: the errors of failed calls are told the same way. */
const FAILURE_BYTES = 64 << 10
const LEAST_ITEM_BYTES = 128
const MOST_ITEM_BYTES = 1 << 14
/** The cells of a queue take at most so much memory by default. */
const CELLS_BYTES = 4 << 20
/** Items that a thread may hold beside those of its calls: it claims up to 8 at once. */
const CLAIMED = 8

export interface ThreadStagePlace {
  readonly window: number
  readonly isSimple: boolean
  readonly isOrdered: boolean
  /** The stack above the call that made the run. */
  readonly frames: string
}

/** Calls the functions of a stage on threads. It starts them with the first item. */
export class ThreadExecutor implements Executor {
  readonly threads: number
  readonly #settings: ThreadStageSettings
  readonly #place: ThreadStagePlace
  readonly #events: StageEvents
  readonly #hooks: RunHooks
  readonly #slots: Slots
  #idle: Float64Array | undefined
  readonly #batch: Frame[] = []
  /** The errors of threads that died, by threadId; and the items that wait for one. */
  readonly #deaths = new Map<number, ThreadError>()
  readonly #untilDeathIsKnown: {
    readonly slotted: SlottedItem
    readonly begin: number
    readonly thread: number
  }[] = []
  #items: Queue<Frame> | undefined
  #results: Queue<Frame> | undefined
  #group: Group | undefined
  #share: number
  #startedAt = 0
  #busyAtEnd: readonly number[] | undefined
  #isStuck = false
  #isListening = false
  /** Frames that came since the last look. */
  #received = 0
  /** So many came before the last look that another one will find some, and not too many. */
  #isSteady = false
  #look: NodeJS.Timeout | undefined
  #receivedAt = 0
  #isOver = false

  constructor(settings: ThreadStageSettings, place: ThreadStagePlace, events: StageEvents, hooks: RunHooks) {
    const { threads } = settings.base.task
    this.threads = threads
    this.#share = settings.base.share
    this.#settings = settings
    this.#place = place
    this.#events = events
    this.#hooks = hooks
    this.#slots = new Slots(place.window + threads * settings.concurrency)
  }

  get group(): Group | undefined {
    return this.#group
  }

  get threadsAtWork(): number {
    return this.#group?.members.filter(({ isOver }) => !isOver).length ?? 0
  }

  get busy(): readonly number[] {
    if (this.#busyAtEnd !== undefined) return this.#busyAtEnd
    const idle = this.#idle
    const elapsed = clock.shared() - this.#startedAt
    return Array.from({ length: this.threads }, (_, index) => {
      if (idle === undefined || elapsed <= 0) return 0
      return Math.min(1, Math.max(0, 1 - new IdleTime(idle, index).ms / elapsed))
    })
  }

  /** Threads wait for the turn of their outputs. */
  get #retriesHere(): boolean {
    return this.#place.isOrdered && !this.#place.isSimple
  }

  get isReady(): boolean {
    return !this.#isStuck && this.#slots.hasFree
  }

  dispatch(item: StageItem): void {
    const { value } = item.entry
    try {
      this.#items ??= this.#start(value)
    } catch (error) {
      this.#hooks.fail(error)
      return
    }
    const slotted = this.#slots.open(item)
    const frame = new Frame()
    frame.slot = slotted.slot
    frame.generation = slotted.generation
    frame.kind = FrameKind.ITEM
    frame.value = value
    try {
      if (this.#items.tryPut(frame)) return
    } catch (error) {
      this.#unsendable(slotted, error)
      return
    }
    // There is no memory for the item until threads have finished others.
    this.#isStuck = true
    this.#items.put(frame).then(
      () => {
        this.#isStuck = false
        this.#hooks.wake()
      },
      (error) => this.#unsendable(slotted, error),
    )
  }

  drain(): void {
    const results = this.#results
    if (results === undefined || this.#isOver) return
    const { takes } = internalsOf(results)
    while (this.#events.wantsOutputs) {
      const count = takes.getSome(this.#batch, 0, BATCH, () => {})
      if (count > 0) {
        for (let index = 0; index < count; index++) this.#receive(this.#batch[index] as Frame)
        continue
      }
      const one = results.tryGet()
      if (one === EMPTY) break
      this.#receive(one)
    }
    this.#listen()
  }

  setTurn(item: StageItem | undefined, isPaused: boolean): void {
    const { words } = this.#slots
    // The slot of an item that is done may be another's by now.
    words.setTurn(item === undefined ? -1 : item.isDone ? this.#slots.count : item.slot)
    words.setPaused(isPaused)
  }

  async finish(): Promise<void> {
    if (this.#group === undefined) {
      this.#returnShare()
      return
    }
    this.#items?.shutdown()
    try {
      await this.#group.join()
    } finally {
      this.#close()
    }
  }

  async stop(reason: unknown): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#look)
    const group = this.#group
    if (group === undefined) {
      this.#returnShare()
      return
    }
    const { grace } = this.#settings.base
    this.#slots.words.end()
    this.#items?.shutdown({ immediate: true })
    if (grace === Number.POSITIVE_INFINITY) group.requestStop(reason)
    else await group.stopWithin(reason, grace)
    await group.end
    this.#slots.noteBegun()
    this.#close()
  }

  /** Makes the queues and starts the threads. `first`: an item, from which the size of items is guessed. */
  #start(first: unknown): Queue<Frame> {
    const { name, codec, resultCodec, concurrency, maxItemBytes } = this.#settings
    const { window, isSimple } = this.#place
    const places = window + this.threads * concurrency
    const maxThreads = Math.min(4096, 4 * this.threads + 8)
    const common = { maxThreads, maxItemBytes: maxItemBytes + 16, memoryBytes: memoryFor(maxItemBytes) }
    const items = new Queue<Frame>({
      ...common,
      name: `items of ${name}`,
      codec: framed(codec),
      maxsize: places,
      maxInFlight: concurrency + CLAIMED,
      itemBytes: Math.min(maxItemBytes, itemBytesFor(codec, first, places)),
    })
    this.#results = new Queue<Frame>({
      ...common,
      name: `results of ${name}`,
      maxItemBytes: Math.max(maxItemBytes, FAILURE_BYTES) + 16,
      codec: framed(resultCodec),
      // Half of the window; the other half is what may wait here for its turn.
      maxsize: isSimple ? 2 * places : Math.max(2, window >> 1),
      ack: 'auto',
      itemBytes: Math.min(maxItemBytes + 16, LEAST_ITEM_BYTES * 2),
    })
    this.#idle = IdleTime.create(this.threads)
    const plan = stagePlan(this.#settings, {
      items,
      results: this.#results,
      words: this.#slots.words.words,
      idle: this.#idle,
      window,
      retriesHere: this.#retriesHere,
      decide: (_attempts, entry) => this.#timedOut(items, entry),
    })
    this.#startedAt = clock.shared()
    this.#group = new Group(0, plan, this.#place.frames, {
      ...NOBODY,
      ended: (_member, thread, exitCode, error) => this.#died(thread, exitCode, error),
      over: () => this.#groupOver(),
    })
    // Its failure is told by `over`.
    this.#group.join().catch(() => {})
    this.#listen()
    return items
  }

  /** No group has been started, which would return it at its end. */
  #returnShare(): void {
    returnShare(this.#share)
    this.#share = 0
  }

  #groupOver(): void {
    if (this.#group?.hasFailed) this.#hooks.fail(this.#group.failure)
    this.#hooks.wake()
  }

  #close(): void {
    this.#busyAtEnd ??= this.busy
    this.#isOver = true
    clearTimeout(this.#look)
    this.#items?.[Symbol.dispose]()
    this.#results?.[Symbol.dispose]()
    this.#items = undefined
    this.#results = undefined
  }

  /** Looks again when results come. */
  #listen(): void {
    if (this.#look === undefined && this.#received > 0) this.#lookSoon()
    // At such a rate a look is soon enough. It costs less than to be woken.
    if (this.#isSteady && this.#look !== undefined) return
    // Outputs that are not wanted are left there until they are read.
    if (this.#isListening || this.#results === undefined || !this.#events.wantsOutputs) return
    this.#isListening = true
    internalsOf(this.#results).takes.onItem(() => {
      this.#isListening = false
      this.#hooks.wake()
    })
  }

  /** While outputs come fast, threads need not wake this one: it looks by itself. */
  #lookSoon(): void {
    const now = clock.now()
    const comeFast = this.#received > 1 || now - this.#receivedAt < FAST_MS
    this.#receivedAt = now
    this.#received = 0
    if (!comeFast) return
    this.#look = setTimeout(this.#lookNow, LOOK_MS)
    this.#slots.words.ownerLooks = true
  }

  readonly #lookNow = () => {
    this.#look = undefined
    this.#slots.words.ownerLooks = false
    this.#isSteady = this.#received >= LEAST_STEADY && this.#received <= this.#place.window >> 2
    this.#received = 0
    this.#hooks.wake()
  }

  #receive(frame: Frame): void {
    this.#received++
    const slotted = this.#slots.find(frame.slot, frame.generation)
    if (slotted === undefined) return
    if (slotted.decided !== 0) {
      this.#receiveLate(slotted, frame)
      return
    }
    const { item } = slotted
    const { kind, number, broken } = frame
    // After an output the call goes on: it is not the last frame of its begin.
    if (broken !== undefined)
      this.#fail(
        slotted,
        kind === FrameKind.OUTPUT ? -1 : frame.begin,
        `its result cannot be read: ${shown(broken.error)}`,
        broken.error,
      )
    else if (kind === FrameKind.RESULT || kind === FrameKind.OUTPUT) {
      this.#events.output(item, number, frame.value)
      if (kind === FrameKind.RESULT) this.#decide(slotted, frame.begin)
    } else if (kind === FrameKind.END) this.#decide(slotted, frame.begin)
    else if (kind === FrameKind.RETRIED) {
      this.#note(item, frame.value as StageFailure)
      this.#events.retried(item)
    } else if (kind === FrameKind.FAILED) this.#threw(slotted, frame)
    else if (kind === FrameKind.DIED) {
      item.addFailure({ at: Date.now(), thread: number, error: undefined })
      this.#events.retried(item)
    } else if (kind === FrameKind.GIVEN_UP) this.#givenUp(slotted, frame.begin)
  }

  /** The item is decided, and a later call of it had begun: slot and key are free when that one has ended. */
  #receiveLate(slotted: SlottedItem, { kind, begin }: Frame): void {
    const isFinal = kind !== FrameKind.OUTPUT && kind !== FrameKind.RETRIED && kind !== FrameKind.DIED
    if (!isFinal) return
    if (kind === FrameKind.COPY || begin === this.#slots.words.begins(slotted.slot)) this.#free(slotted)
  }

  #decide(slotted: SlottedItem, begin: number): void {
    const isLast = this.#slots.words.decide(slotted.slot, begin)
    slotted.decided = begin
    slotted.item.origin.begin()
    this.#events.done(slotted.item)
    if (isLast) this.#free(slotted)
  }

  #free(slotted: SlottedItem): void {
    this.#slots.close(slotted)
    this.#events.free(slotted.item)
  }

  #note(item: StageItem, { error, threadId }: StageFailure): unknown {
    const thrown = unpackError(error)
    item.addFailure({ at: Date.now(), thread: threadId, error: thrown })
    return thrown
  }

  #threw(slotted: SlottedItem, frame: Frame): void {
    const failure = frame.value as StageFailure
    const thrown = this.#note(slotted.item, failure)
    this.#fail(slotted, frame.begin, shown(thrown), thrown, failure)
  }

  /** `cause` is what was thrown, if the item has not failed by deaths. */
  #fail(
    slotted: SlottedItem,
    begin: number,
    why: string,
    cause: unknown,
    at?: { readonly index: number; readonly threadId: number; readonly step?: number },
    exitCode?: number,
  ): void {
    const { base, steps, stepNames } = this.#settings
    const step = at?.step ?? 0
    const { target } = steps[step] ?? { target: base.task.target }
    const error = itemError(why, cause, {
      name: stepNames[step] ?? this.#settings.name,
      filename: steps[step]?.filename ?? base.task.filename,
      exportName: target.kind === 'placed' ? `${target.line}:${target.column}` : target.name,
      item: slotted.item.entry.index,
      thread: at,
      exitCode,
      frames: this.#place.frames,
    })
    const isLast = this.#slots.words.decide(slotted.slot, begin)
    slotted.decided = begin || 1
    if (begin !== 0) slotted.item.origin.begin()
    this.#events.failed(slotted.item, error)
    if (isLast) this.#free(slotted)
  }

  #unsendable(slotted: SlottedItem, error: unknown): void {
    this.#isStuck = false
    if (this.#isOver) return
    this.#fail(slotted, 0, `it cannot be sent to a thread: ${shown(error)}`, error)
    this.#hooks.wake()
  }

  /** The last failure says why; that of a death is known once the thread's end was told. */
  #givenUp(slotted: SlottedItem, begin: number): void {
    const { item } = slotted
    const last = item.failures.at(-1)
    if (last?.error !== undefined || last === undefined) {
      this.#fail(slotted, begin, shown(last?.error), last?.error)
      return
    }
    const missing = item.failures.find(
      ({ thread, error }) => error === undefined && !this.#deaths.has(thread),
    )
    if (missing !== undefined) {
      this.#untilDeathIsKnown.push({ slotted, begin, thread: missing.thread })
      return
    }
    const deaths = item.failures.filter(({ error }) => error === undefined).length
    item.failures = item.failures.map(({ at, thread, error }) => {
      return { at, thread, error: error ?? this.#deaths.get(thread) }
    })
    const death = this.#deaths.get(last.thread) as ThreadError
    const times = deaths === 1 ? '' : ` in each of ${deaths} calls, the last time`
    const why = `its thread died${times}: ${death.message}`
    const at = { index: death.index ?? 0, threadId: last.thread }
    this.#fail(slotted, begin, why, death, at, death.exitCode)
  }

  #died(thread: number, _exitCode: number | undefined, error: Error | undefined): void {
    if (error === undefined) return
    this.#deaths.set(thread, error as ThreadError)
    const ready = this.#untilDeathIsKnown.filter((each) => each.thread === thread)
    for (const each of ready) {
      this.#untilDeathIsKnown.splice(this.#untilDeathIsKnown.indexOf(each), 1)
      // The thread that gave the item up may have died as well, and another one have given it up again.
      if (each.slotted.decided === 0) this.#givenUp(each.slotted, each.begin)
    }
    if (ready.length > 0) this.#hooks.wake()
  }

  /**
   * The call with the item of `entry` took too long, and its thread is about to be terminated: that is a
   * failed call. The item is delivered again; without a retry left, no call is made then.
   */
  #timedOut(items: Queue<Frame>, entry: number): number {
    const { slot, generation } = internalsOf(items).peek(entry)
    const slotted = this.#slots.find(slot, generation)
    if (slotted === undefined || slotted.decided !== 0) return 0
    const { words } = this.#slots
    const { timeoutMs = 0, retries, backoff } = this.#settings
    const error = RunTimeoutError.after(timeoutMs)
    slotted.item.addFailure({ at: Date.now(), thread: words.thread(slot), error })
    const throws = words.countThrow(slot)
    if (throws <= retries) {
      this.#events.retried(slotted.item)
      // An item that may be in turn must come before all others.
      return this.#retriesHere ? 0 : Math.min(backoff * 2 ** (throws - 1), 0x7fffffff)
    }
    const threadId = words.thread(slot)
    const index = this.#group?.members.findIndex((member) => member.thread === threadId) ?? 0
    // By -1 no begin is the last: the call still runs, until its thread has ended.
    this.#fail(slotted, -1, error.message, error, { index, threadId })
    this.#hooks.wake()
    return 0
  }
}

function framed(codec: Codec<unknown>): Codec<Frame> {
  return framedCodec(codec, cellCodec(codec)) as Codec<Frame>
}

/** Room for the largest item beside others. It is address space only, until it is used. */
function memoryFor(maxItemBytes: number): number {
  return Math.min(0x7fffffff, maxItemBytes + 16 + (16 << 20))
}

function itemBytesFor(codec: Codec<unknown>, first: unknown, cells: number): number {
  let length = 0
  try {
    length = codec.encode(first, new Uint8Array(MOST_ITEM_BYTES))
  } catch {
    // The item itself is refused when it is dispatched.
  }
  // Text is encoded at once where three times its length is free.
  const wanted = Math.ceil((3 * length) / 64) * 64 + 16
  const most = Math.max(LEAST_ITEM_BYTES, Math.floor(CELLS_BYTES / cells / 64) * 64)
  return Math.min(Math.max(LEAST_ITEM_BYTES, wanted), MOST_ITEM_BYTES, most)
}
