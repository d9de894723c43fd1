import { clock } from '../../clock.ts'
import { type Codec, cellCodec, Frame, framedCodec } from '../../codec/index.ts'
import { FrameKind, IdleTime } from '../../protocol/index.ts'
import { EMPTY, internalsOf, Queue } from '../../queue/index.ts'
import { Group, NOBODY, returnShare } from '../../supervisor/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import type { RunHooks } from '../flow.ts'
import type { Executor, StageEvents } from './executor.ts'
import { Outcomes } from './outcomes.ts'
import { itemBytesFor, memoryFor } from './queue-sizes.ts'
import { Slots, type SlottedItem } from './slots.ts'
import type { StageItem } from './stage-item.ts'
import { stagePlan, type ThreadStageSettings } from './thread-plan.ts'

/** Results that are taken in one operation. */
const BATCH = 8
/** Threads wake the owner late while calls are short, so it looks by itself after this time. */
const LOOK_MS = 1
/** Threads that wait for items are woken once for so many of them, at most, */
const MOST_UNWOKEN = 32
/** and at most once for so many of those that are done between two looks: 1 / 2 ** UNWOKEN_SHIFT. */
const UNWOKEN_SHIFT = 3
/**
 * In a window of so many items for each thread, no thread whose calls take 60 µs or more runs out of them
 * between two looks. A thread whose calls are shorter wakes the owner before it waits.
 */
const LEAST_WINDOW = 16
/** Outputs come fast that come within this time. */
const FAST_MS = 0.25
/** Frames between two looks from which on their rate counts as steady. */
const LEAST_STEADY = 4
/** Results may be as large at least: the errors of failed calls are told the same way. */
const FAILURE_BYTES = 64 << 10
/** A frame has so much before its value; with the key of its limit, at most so much. */
const HEADER_BYTES = 16
const KEYED_HEADER_BYTES = 4096
/** The size of a cell for results. */
const RESULT_BYTES = 256
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
  readonly #outcomes: Outcomes
  #idle: Float64Array | undefined
  readonly #batch: Frame[] = []
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
  /** Items put since threads were last woken, and how many these may be. */
  #unwoken = 0
  #mostUnwoken = 1

  constructor(settings: ThreadStageSettings, place: ThreadStagePlace, events: StageEvents, hooks: RunHooks) {
    const { threads } = settings.base.task
    this.threads = threads
    this.#share = settings.base.share
    this.#settings = settings
    this.#place = place
    this.#events = events
    this.#hooks = hooks
    this.#slots = new Slots(place.window + threads * settings.concurrency)
    const { frames } = place
    const outcomesPlace = { slots: this.#slots, frames, retriesHere: this.#retriesHere }
    this.#outcomes = new Outcomes(settings, outcomesPlace, events, hooks)
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

  get looksSoon(): boolean {
    const { isSimple, window } = this.#place
    return isSimple && this.#look !== undefined && window >= LEAST_WINDOW * this.threads
  }

  flush(): void {
    this.#unwoken = 0
    if (this.#items !== undefined) internalsOf(this.#items).puts.wakeDeferred()
  }

  dispatch(item: StageItem): void {
    const { value } = item.entry
    const { limit } = this.#settings
    let key = ''
    try {
      if (limit !== undefined) key = limit.keyOf(value)
      this.#items ??= this.#start(value)
    } catch (error) {
      this.#hooks.fail(error)
      return
    }
    const slotted = this.#slots.open(item)
    const frame = new Frame()
    frame.slot = slotted.slot
    frame.generation = slotted.generation
    frame.kind = limit?.isKeyed ? FrameKind.KEYED : FrameKind.ITEM
    frame.key = key
    frame.value = value
    try {
      if (this.#items.tryPut(frame)) {
        if (++this.#unwoken >= this.#mostUnwoken) this.flush()
        return
      }
    } catch (error) {
      this.#unsendable(slotted, error)
      return
    }
    // There is no memory for the item until threads have finished others.
    this.#isStuck = true
    this.#items.put(frame).then(
      () => {
        this.#isStuck = false
        this.flush()
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
        for (let index = 0; index < count; index++) this.#outcomes.receive(this.#batch[index] as Frame)
        this.#received += count
        continue
      }
      const one = results.tryGet()
      if (one === EMPTY) break
      this.#outcomes.receive(one)
      this.#received++
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
    this.#stopLooking()
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
    const { name, codec, resultCodec, concurrency, maxItemBytes, limit } = this.#settings
    const { window, isSimple } = this.#place
    const places = window + this.threads * concurrency
    const maxThreads = Math.min(4096, 4 * this.threads + 8)
    const header = limit?.isKeyed ? KEYED_HEADER_BYTES : HEADER_BYTES
    const common = { maxThreads, maxItemBytes: maxItemBytes + header, memoryBytes: memoryFor(maxItemBytes) }
    const items = new Queue<Frame>({
      ...common,
      name: `items of ${name}`,
      codec: framed(codec),
      maxsize: places,
      // Those whose keys must wait are held by a thread.
      maxInFlight: concurrency + (limit?.isKeyed ? window : CLAIMED),
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
      itemBytes: Math.min(maxItemBytes + 16, RESULT_BYTES),
    })
    internalsOf(items).puts.deferWakes()
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
      ended: (_member, thread, _exitCode, error) => {
        if (error !== undefined) this.#outcomes.died(thread, error)
      },
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
    this.#stopLooking()
    this.#items?.[Symbol.dispose]()
    this.#results?.[Symbol.dispose]()
    this.#items = undefined
    this.#results = undefined
  }

  #unsendable(slotted: SlottedItem, error: unknown): void {
    this.#isStuck = false
    if (!this.#isOver) this.#outcomes.unsendable(slotted, error)
  }

  /** The fate of the item of `entry`, whose call took too long. */
  #timedOut(items: Queue<Frame>, entry: number): number {
    return this.#outcomes.timedOut(internalsOf(items).peek(entry), (threadId) => {
      return this.#group?.members.findIndex(({ thread }) => thread === threadId) ?? 0
    })
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
    if (!comeFast) {
      this.#mostUnwoken = 1
      return
    }
    this.#look = setTimeout(this.#lookNow, LOOK_MS)
    this.#slots.words.setOwnerLooks(true)
  }

  #stopLooking(): void {
    clearTimeout(this.#look)
    this.#look = undefined
  }

  readonly #lookNow = () => {
    this.#look = undefined
    this.#slots.words.setOwnerLooks(false)
    this.#isSteady = this.#received >= LEAST_STEADY && this.#received <= this.#place.window >> 2
    this.#mostUnwoken = Math.max(1, Math.min(MOST_UNWOKEN, this.#received >> UNWOKEN_SHIFT))
    this.#received = 0
    this.#hooks.wake()
  }
}

function framed(codec: Codec<unknown>): Codec<Frame> {
  return framedCodec(codec, cellCodec(codec)) as Codec<Frame>
}
