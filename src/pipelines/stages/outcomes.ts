import type { Frame } from '../../codec/index.ts'
import { unpackError } from '../../error-transport.ts'
import { RunTimeoutError, type ThreadError } from '../../errors.ts'
import { FrameKind, type StageFailure } from '../../protocol/index.ts'
import type { RunHooks } from '../flow.ts'
import type { StageEvents } from './executor.ts'
import { itemError, shown } from './item-error.ts'
import type { Slots, SlottedItem } from './slots.ts'
import type { StageItem } from './stage-item.ts'
import type { ThreadStageSettings } from './thread-plan.ts'

export interface OutcomesPlace {
  readonly slots: Slots
  /** The stack above the call that made the run. */
  readonly frames: string
  /** Threads keep items until their retries. */
  readonly retriesHere: boolean
}

/** Reads what threads tell of the items of a stage: decides each item once, and tells the stage. */
export class Outcomes {
  readonly #settings: ThreadStageSettings
  readonly #slots: Slots
  readonly #frames: string
  readonly #retriesHere: boolean
  readonly #events: StageEvents
  readonly #hooks: RunHooks
  /** The errors of threads that died, by threadId; and the items that wait for one. */
  readonly #deaths = new Map<number, ThreadError>()
  readonly #untilDeathIsKnown: {
    readonly slotted: SlottedItem
    readonly begin: number
    readonly thread: number
  }[] = []

  constructor(settings: ThreadStageSettings, place: OutcomesPlace, events: StageEvents, hooks: RunHooks) {
    this.#settings = settings
    this.#slots = place.slots
    this.#frames = place.frames
    this.#retriesHere = place.retriesHere
    this.#events = events
    this.#hooks = hooks
  }

  receive(frame: Frame): void {
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
      frames: this.#frames,
    })
    const isLast = this.#slots.words.decide(slotted.slot, begin)
    slotted.decided = begin || 1
    if (begin !== 0) slotted.item.origin.begin()
    this.#events.failed(slotted.item, error)
    if (isLast) this.#free(slotted)
  }

  /** The item could not be put. */
  unsendable(slotted: SlottedItem, error: unknown): void {
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

  /** `thread` (threadId) is dead. */
  died(thread: number, error: Error): void {
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
   * The call with the item of a frame took too long, and its thread is about to be terminated: that is a
   * failed call. The item is delivered again, after so many ms; without a retry left, no call is made then.
   */
  timedOut({ slot, generation }: Frame, indexOf: (threadId: number) => number): number {
    const slotted = this.#slots.find(slot, generation)
    if (slotted === undefined || slotted.decided !== 0) return 0
    const { words } = this.#slots
    const { timeoutMs = 0, retries, backoff } = this.#settings
    const error = RunTimeoutError.after(timeoutMs)
    const threadId = words.thread(slot)
    slotted.item.addFailure({ at: Date.now(), thread: threadId, error })
    const throws = words.countThrow(slot)
    if (throws <= retries) {
      this.#events.retried(slotted.item)
      // An item that may be in turn must come before all others.
      return this.#retriesHere ? 0 : Math.min(backoff * 2 ** (throws - 1), 0x7fffffff)
    }
    // By -1 no begin is the last: the call still runs, until its thread has ended.
    this.#fail(slotted, -1, error.message, error, { index: indexOf(threadId), threadId })
    this.#hooks.wake()
    return 0
  }
}
