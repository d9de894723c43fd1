import { types } from 'node:util'
import { threadId } from 'node:worker_threads'
import { clock } from '../src/clock.ts'
import { Frame } from '../src/codec/index.ts'
import { packError } from '../src/error-transport.ts'
import { AbortError, ItemTooLargeError } from '../src/errors.ts'
import {
  FrameKind,
  IdleTime,
  type StageFailure,
  type StageRole,
  StageWords,
  type ThreadContext,
} from '../src/protocol/index.ts'
import { attachFor, internalsOf, type Sink, type Source } from '../src/queue/index.ts'
import { link } from '../src/thread-link.ts'
import { waitAsync } from '../src/wait/index.ts'
import { type Call, CallAgain, NEVER, type WaitEvents } from './consume.ts'
import type { AnyFunction } from './load-function.ts'
import type { UnderWay } from './under-way.ts'

/** A thread claims as many items at once as take about this time. */
const GRAIN_MS = 0.2
/** The time of an item is that of the items done in so many ms. */
const RATED_MS = 0.5
/** A thread that is blocked until its turn looks so often whether it is asked to stop. */
const STOP_LOOK_MS = 1000
/** Characters of the message of an error that cannot be told whole. */
const MOST_MESSAGE = 1000

type Step = (value: unknown, thread: ThreadContext) => unknown
type PutLimits = { readonly signal: AbortSignal }
type Frames = Sink<Frame> & {
  put(frame: Frame, limits: PutLimits): Promise<unknown>
  putSync(frame: Frame, limits: PutLimits): unknown
}

/** The item of a call under way. */
interface Item {
  readonly slot: number
  readonly generation: number
  readonly begin: number
  readonly underWay: UnderWay
  /** Outputs so far. */
  outputs: number
  /** The step that was called last. */
  step: number
}

/** The steps of a pipeline's stage in one thread: calls them with each item, and puts what comes out. */
export class Stage implements WaitEvents {
  readonly #role: StageRole
  readonly #steps: readonly Step[]
  readonly #source: Source<unknown>
  readonly #results: Frames
  readonly #words: StageWords
  readonly #idle: IdleTime
  readonly #thread: ThreadContext
  /** Each item has one output at most. */
  readonly #isSimple: boolean
  readonly #isSingle: boolean
  /** Items are claimed by the time that they take. */
  readonly #adapts: boolean
  #waiting = 0
  /** Outputs since the owner was last told of any. */
  #unwoken = 0
  /** Items done since `#ratedAt`. */
  #rated = 0
  #ratedAt = clock.now()

  private constructor(
    role: StageRole,
    steps: readonly Step[],
    source: Source<unknown>,
    results: Frames,
    thread: ThreadContext,
  ) {
    this.#role = role
    this.#steps = steps
    this.#source = source
    this.#results = results
    this.#words = new StageWords(role.words)
    this.#idle = new IdleTime(role.idle, thread.index)
    // The start of the thread was a wait.
    this.#idle.end()
    this.#thread = thread
    this.#isSimple = role.steps.every(({ how }) => how !== 'flatMap')
    this.#isSingle = role.concurrency === 1
    // Calls that wait for their turn would keep claimed items, and one of these may be the item in turn.
    this.#adapts = role.grain === undefined && !role.retriesHere
    results.deferWakes()
    source.limitAhead(role.retriesHere ? 1 : (role.grain ?? 1))
    thread.signal.addEventListener('abort', () => this.#words.move(), { once: true })
  }

  /** Attaches this thread to the queues of `role`. `calls`: the functions of its steps. */
  static async attach(role: StageRole, calls: readonly AnyFunction[], thread: ThreadContext): Promise<Stage> {
    for (const [index, { how }] of role.steps.entries()) {
      if (how !== 'flatMap' && types.isGeneratorFunction(calls[index])) throw generatorError(how)
    }
    const source = internalsOf(await attachFor(role.queue, 0)).source
    const results = internalsOf(await attachFor(role.results, 0)).puts as unknown as Frames
    return new Stage(role, calls as unknown as readonly Step[], source, results, thread)
  }

  /** Calls the steps with the item of a frame. The consumer finishes it afterwards. */
  readonly call: Call = (frame, _thread, lease, underWay) => {
    const { slot, generation, value, broken } = frame as Frame
    const begin = this.#words.begin(slot, generation)
    if (begin === 0) return underWay.end() ? this.#tell(slot, generation, 0, FrameKind.COPY, 0) : NEVER
    const before = this.#words.enter(slot, threadId)
    const item: Item = { slot, generation, begin, underWay, outputs: 0, step: 0 }
    if (before !== 0 && lease.isSuspect && this.#isGivenUp(item, before)) {
      return underWay.end() ? this.#tell(slot, generation, begin, FrameKind.GIVEN_UP, 0) : NEVER
    }
    let outcome: Promise<void> | undefined
    try {
      if (broken !== undefined) throw broken.error
      outcome = this.#isSimple ? this.#pass(value, 0, item) : this.#spread(value, 0, item)
      if (outcome === undefined) return this.#ended(item)
    } catch (error) {
      return this.#failed(item, error)
    }
    return outcome.then(() => this.#ended(item)).catch((error) => this.#failed(item, error))
  }

  waits(): void {
    this.wake()
    if (++this.#waiting === this.#role.concurrency) this.#idle.begin()
  }

  goesOn(): void {
    if (this.#waiting-- !== this.#role.concurrency) return
    this.#idle.end()
    this.#rated = 0
    this.#ratedAt = clock.now()
  }

  /** Wakes the owner for the outputs so far. */
  wake(): void {
    this.#unwoken = 0
    this.#results.wakeDeferred()
  }

  /** The thread of the last call has died in it. Whether no call is to be made any more. */
  #isGivenUp(item: Item, before: number): boolean {
    const { slot, generation, begin } = item
    const deaths = this.#words.countDeath(slot)
    const frame = frameOf(slot, generation, begin, FrameKind.DIED, before, undefined)
    if (!this.#results.putWithin(frame, 0)) {
      this.#paused(item, () => void this.#results.putSync(frame, { signal: this.#thread.signal }))
    }
    this.wake()
    return deaths >= this.#role.maxDeaths
  }

  /** Calls the steps from `index` on, each of which has one output at most. */
  #pass(value: unknown, index: number, item: Item): Promise<void> | undefined {
    let current = value
    for (let at = index; at < this.#steps.length; at++) {
      item.step = at
      const step = this.#steps[at] as Step
      const output = step(current, this.#thread)
      if (isThenable(output)) {
        const before = current
        return Promise.resolve(output).then((settled) => {
          const next = this.#next(at, before, settled)
          return next === DROPPED ? undefined : this.#pass(next, at + 1, item)
        })
      }
      const next = this.#next(at, current, output)
      if (next === DROPPED) return undefined
      current = next
    }
    if (!item.underWay.end()) return NEVER
    item.outputs = 1
    return this.#put(item, FrameKind.RESULT, 0, current)
  }

  /** The value for the next step. */
  #next(at: number, value: unknown, output: unknown): unknown {
    const { how } = this.#role.steps[at] as { how: string }
    if (how === 'filter') return output ? value : DROPPED
    if (isGenerator(output)) throw generatorError(how)
    return output
  }

  /** As #pass, where steps have any number of outputs. */
  #spread(value: unknown, index: number, item: Item): Promise<void> | undefined {
    if (index === this.#steps.length) return this.#putInTurn(item, value)
    item.step = index
    const step = this.#steps[index] as Step
    const output = step(value, this.#thread)
    if (isThenable(output)) {
      return Promise.resolve(output).then((settled) => this.#spreadOutput(value, settled, index, item))
    }
    return this.#spreadOutput(value, output, index, item)
  }

  #spreadOutput(value: unknown, output: unknown, index: number, item: Item): Promise<void> | undefined {
    if (this.#role.steps[index]?.how !== 'flatMap') {
      const next = this.#next(index, value, output)
      return next === DROPPED ? undefined : this.#spread(next, index + 1, item)
    }
    const { [Symbol.asyncIterator]: many, [Symbol.iterator]: several } = Object(output ?? undefined)
    if (typeof many === 'function') return this.#spreadAsync(output as AsyncIterable<unknown>, index, item)
    if (typeof several !== 'function' || typeof output === 'string') throw notIterableError(output)
    const iterator = (output as Iterable<unknown>)[Symbol.iterator]()
    return this.#spreadIterator(iterator, index, item)
  }

  /** Passes on one value after the other; asynchronously from the first on that must wait. */
  #spreadIterator(iterator: Iterator<unknown>, index: number, item: Item): Promise<void> | undefined {
    for (;;) {
      const pending = this.#spreadNext(iterator, index, item)
      if (pending === LAST) return undefined
      if (pending !== undefined) return this.#spreadRest(iterator, pending, index, item)
    }
  }

  async #spreadRest(
    iterator: Iterator<unknown>,
    first: Promise<void>,
    index: number,
    item: Item,
  ): Promise<void> {
    for (let pending: Promise<void> | undefined | typeof LAST = first; pending !== LAST; ) {
      try {
        if (pending !== undefined) await pending
      } catch (error) {
        close(iterator)
        throw error
      }
      pending = this.#spreadNext(iterator, index, item)
    }
  }

  #spreadNext(
    iterator: Iterator<unknown>,
    index: number,
    item: Item,
  ): Promise<void> | undefined | typeof LAST {
    item.step = index
    const { value, done } = iterator.next()
    if (done === true) return LAST
    try {
      return this.#spread(value, index + 1, item)
    } catch (error) {
      close(iterator)
      throw error
    }
  }

  async #spreadAsync(values: AsyncIterable<unknown>, index: number, item: Item): Promise<void> {
    for await (const value of values) {
      await this.#spread(value, index + 1, item)
      item.step = index
    }
  }

  /** Puts an output, the first at once, others when the item is in turn or the owner takes more. */
  #putInTurn(item: Item, value: unknown): Promise<void> | undefined {
    if (item.outputs > 0 && this.#words.mustKeepBack(item.slot)) {
      const waits = this.#paused(item, () => this.#turn(item.slot))
      if (waits !== undefined) return waits.then(() => this.#putOutput(item, value))
    }
    return this.#putOutput(item, value)
  }

  #putOutput(item: Item, value: unknown): Promise<void> | undefined {
    if (this.#words.hasEnded || this.#thread.stopping) throw new AbortError(this.#thread.signal.reason)
    return this.#put(item, FrameKind.OUTPUT, item.outputs++, value)
  }

  #turn(slot: number): Promise<void> | undefined {
    if (!this.#isSingle) return this.#turnLater(slot)
    for (;;) {
      const { epoch } = this.#words
      if (!this.#words.mustKeepBack(slot) || this.#thread.stopping) return undefined
      this.#words.wait(epoch, STOP_LOOK_MS)
    }
  }

  async #turnLater(slot: number): Promise<void> {
    for (;;) {
      const { epoch, words, epochIndex } = this.#words
      if (!this.#words.mustKeepBack(slot) || this.#thread.stopping) return
      const wait = waitAsync(words, epochIndex, epoch)
      if (wait.async) await wait.value
    }
  }

  /** The call is not under way while `wait` waits. */
  #paused(item: Item, wait: () => Promise<void> | undefined): Promise<void> | undefined {
    this.wake()
    if (!item.underWay.pause()) return NEVER
    this.#words.leave(item.slot)
    let waits: Promise<void> | undefined
    try {
      waits = wait()
    } finally {
      if (waits === undefined) this.#resume(item)
    }
    return waits?.finally(() => this.#resume(item))
  }

  #resume(item: Item): Promise<void> | undefined {
    const goesOn = () => void this.#words.enter(item.slot, threadId)
    const later = item.underWay.resume()
    if (later !== undefined) return later.then(goesOn)
    goesOn()
    return undefined
  }

  #ended(item: Item): Promise<void> | undefined {
    if (this.#isSimple && item.outputs > 0) return undefined
    if (!item.underWay.end()) return NEVER
    return this.#put(item, FrameKind.END, item.outputs, undefined)
  }

  /** @throws CallAgain, if the call is retried; the answer to the request to stop */
  #failed(item: Item, thrown: unknown): Promise<never> | undefined {
    if (link()?.isAnswer(thrown)) throw thrown
    const { slot, step } = item
    const failure: StageFailure = { error: packError(thrown), step, index: this.#thread.index, threadId }
    if (!item.underWay.end()) return NEVER
    // Nobody asks for the outcome any more.
    if (this.#words.hasEnded) return undefined
    const { callRetries, backoff, retriesHere } = this.#role
    const throws = this.#words.throws(slot) + 1
    if (throws > callRetries) {
      this.#tellFailure(item, FrameKind.FAILED, failure, thrown)
      return undefined
    }
    // Told before it is counted: a failure that counts was told.
    this.#tellFailure(item, FrameKind.RETRIED, failure, thrown)
    this.#words.countThrow(slot)
    throw new CallAgain(Math.min(backoff * 2 ** (throws - 1), 0x7fffffff), retriesHere)
  }

  /** An error that is larger than any result may be is told by its message. */
  #tellFailure(item: Item, kind: number, failure: StageFailure, thrown: unknown): void {
    const { slot, generation, begin, outputs } = item
    try {
      this.#tell(slot, generation, begin, kind, outputs, failure)
    } catch (error) {
      if (!(error instanceof ItemTooLargeError)) throw error
      const message = `${(thrown as Error | undefined)?.message ?? ''}`.slice(0, MOST_MESSAGE)
      const short = new Error(`an error that is too large to be sent: ${message}`)
      this.#tell(slot, generation, begin, kind, outputs, { ...failure, error: packError(short) })
    }
  }

  #put(item: Item, kind: number, number: number, value: unknown): Promise<void> | undefined {
    const frame = frameOf(item.slot, item.generation, item.begin, kind, number, value)
    const waits = this.#results.putWithin(frame, 0) ? undefined : this.#putWhenRoom(item, frame)
    if (waits !== undefined) return waits
    this.#unwoken++
    if (kind !== FrameKind.OUTPUT) this.#rated++
    // A wake costs more than a short call.
    if (!this.#words.ownerLooks || this.#unwoken >= this.#role.unwoken) this.wake()
    if (!this.#adapts) return undefined
    const now = clock.now()
    if (now - this.#ratedAt >= RATED_MS) {
      this.#source.limitAhead(Math.max(1, Math.ceil((GRAIN_MS * this.#rated) / (now - this.#ratedAt))))
      this.#rated = 0
      this.#ratedAt = now
    }
    return undefined
  }

  /** There is no room for the output: the owner keeps it back. */
  #putWhenRoom(item: Item, frame: Frame): Promise<void> | undefined {
    const { signal } = this.#thread
    const put = () => {
      if (!this.#isSingle) return this.#results.put(frame, { signal }).then(() => this.wake())
      this.#results.putSync(frame, { signal })
      return undefined
    }
    if (frame.kind === FrameKind.OUTPUT) {
      const waits = this.#paused(item, put)
      if (waits !== undefined) return waits
    } else {
      // The call has ended.
      this.wake()
      const waits = put()
      if (waits !== undefined) return waits
    }
    this.wake()
    return undefined
  }

  #tell(
    slot: number,
    generation: number,
    begin: number,
    kind: number,
    number: number,
    value?: unknown,
  ): void {
    const frame = frameOf(slot, generation, begin, kind, number, value)
    if (!this.#results.putWithin(frame, 0)) {
      this.wake()
      this.#results.putSync(frame, { signal: this.#thread.signal })
    }
    this.wake()
  }
}

function frameOf(
  slot: number,
  generation: number,
  begin: number,
  kind: number,
  number: number,
  value: unknown,
): Frame {
  const frame = new Frame()
  frame.slot = slot
  frame.generation = generation
  frame.kind = kind
  frame.begin = begin
  frame.number = number
  frame.value = value
  return frame
}

/** As a loop that is left by an error: that error counts, whatever the iterator throws. */
function close(iterator: Iterator<unknown>): void {
  try {
    iterator.return?.()
  } catch {}
}

/** The iterator has no further value. */
const LAST = Symbol('last')
/** A value that no further step is called with. */
const DROPPED = Symbol('dropped')

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

function isGenerator(value: unknown): boolean {
  return types.isGeneratorObject(value)
}

function generatorError(how: string): TypeError {
  const message = `the function of ${how} returned a generator: only flatMap takes several results of one item`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_RETURN_VALUE' })
}

function notIterableError(value: unknown): TypeError {
  const what = value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
  const message = `the function of flatMap must return an array, an iterable or a generator, and returned ${what}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_RETURN_VALUE' })
}
