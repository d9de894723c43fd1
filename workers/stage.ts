import { types } from 'node:util'
import { threadId } from 'node:worker_threads'
import { clock } from '../src/clock.ts'
import { Frame } from '../src/codec/index.ts'
import { packError } from '../src/error-transport.ts'
import { AbortError } from '../src/errors.ts'
import {
  FrameKind,
  type StageFailure,
  type StageRole,
  StageWords,
  type ThreadContext,
} from '../src/protocol/index.ts'
import { attachFor, internalsOf, type Lease, type Sink, type Source } from '../src/queue/index.ts'
import { link } from '../src/thread-link.ts'
import { waitAsync } from '../src/wait/index.ts'
import { CallAgain, type WaitEvents } from './consume.ts'
import type { AnyFunction } from './load-function.ts'

/** A thread claims as many items at once as take about this time. */
const GRAIN_MS = 0.2
/** The owner is woken for outputs that are older, between two calls. */
const UNWOKEN_MS = 0.5
/** A wait for the turn looks again after this time, should a wake be missing. */
const SAFETY_MS = 1000

type Step = (value: unknown, thread: ThreadContext) => unknown
type Frames = Sink<Frame> & { putSync(frame: Frame, options: { signal: AbortSignal }): unknown }

/** The item of a call under way. */
interface Item {
  readonly slot: number
  readonly generation: number
  readonly begin: number
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
  readonly #thread: ThreadContext
  /** Each item has one output at most. */
  readonly #isSimple: boolean
  readonly #isSingle: boolean
  #waiting = 0
  #waitsSince = 0
  /** Outputs since the owner was woken, and when that was. */
  #unwoken = 0
  #wokenAt = clock.now()

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
    this.#thread = thread
    this.#isSimple = role.steps.every(({ how }) => how !== 'flatMap')
    this.#isSingle = role.concurrency === 1
    results.deferWakes()
    source.limitAhead(role.grain ?? 1)
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
  readonly call = (frame: unknown, _thread: ThreadContext, lease: Lease<unknown>): unknown => {
    const { slot, generation, value, broken } = frame as Frame
    const begin = this.#words.begin(slot, generation)
    if (begin === 0) return this.#tell(slot, generation, 0, FrameKind.COPY, 0)
    const before = this.#words.noteThread(slot, threadId)
    const item: Item = { slot, generation, begin, outputs: 0, step: 0 }
    if (before !== 0 && this.#isGivenUp(item, before, lease)) {
      this.#tell(slot, generation, begin, FrameKind.GIVEN_UP, 0)
      return undefined
    }
    let outcome: unknown
    try {
      if (broken !== undefined) throw broken.error
      outcome = this.#isSimple ? this.#pass(value, 0, item) : this.#spread(value, 0, item)
    } catch (error) {
      return this.#failed(item, error)
    }
    if (!(outcome instanceof Promise)) return this.#ended(item)
    return outcome.then(
      () => this.#ended(item),
      (error) => this.#failed(item, error),
    )
  }

  waits(): void {
    this.wake()
    if (++this.#waiting === this.#role.concurrency) this.#waitsSince = clock.now()
  }

  goesOn(): void {
    if (this.#waiting-- !== this.#role.concurrency) return
    const now = clock.now()
    const { idleMs } = this.#role
    idleMs[this.#thread.index] = (idleMs[this.#thread.index] ?? 0) + now - this.#waitsSince
    this.#wokenAt = now
  }

  /** Wakes the owner for the outputs so far. */
  wake(): void {
    this.#unwoken = 0
    this.#results.wakeDeferred()
  }

  /** Whether no call is to be made any more. `before`: the thread of the last call. */
  #isGivenUp({ slot, generation, begin }: Item, before: number, lease: Lease<unknown>): boolean {
    let isGivenUp = this.#words.throws(slot) > this.#role.callRetries
    if (lease.isSuspect) {
      this.#tell(slot, generation, begin, FrameKind.DIED, before)
      isGivenUp ||= this.#words.countDeath(slot) >= this.#role.maxDeaths
    }
    return isGivenUp
  }

  /** Calls the steps from `index` on, each of which has one output at most. */
  #pass(value: unknown, index: number, item: Item): Promise<void> | undefined {
    let current = value
    for (let at = index; at < this.#steps.length; at++) {
      item.step = at
      const output = (this.#steps[at] as Step)(current, this.#thread)
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
    item.outputs = 1
    this.#put(item, FrameKind.RESULT, 0, current)
    return undefined
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
    const output = (this.#steps[index] as Step)(value, this.#thread)
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
    let isDone = false
    try {
      for (;;) {
        item.step = index
        const { value, done } = iterator.next()
        isDone = done === true
        if (isDone) return undefined
        const pending = this.#spread(value, index + 1, item)
        if (pending !== undefined) {
          isDone = true
          return pending.then(
            () => this.#spreadIterator(iterator, index, item),
            (error) => {
              iterator.return?.()
              throw error
            },
          )
        }
      }
    } catch (error) {
      if (!isDone && item.step !== index) iterator.return?.()
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
    for (;;) {
      const { epoch } = this.#words
      if (item.outputs === 0 || !this.#words.mustKeepBack(item.slot)) break
      this.wake()
      this.#refuseEnded()
      if (!this.#isSingle) return this.#turnCame(epoch).then(() => this.#putInTurn(item, value))
      this.#words.wait(epoch, SAFETY_MS)
    }
    this.#refuseEnded()
    this.#put(item, FrameKind.OUTPUT, item.outputs++, value)
    return undefined
  }

  async #turnCame(epoch: number): Promise<void> {
    const { words, epochIndex } = this.#words
    const wait = waitAsync(words, epochIndex, epoch)
    if (wait.async) await wait.value
  }

  /** @throws AbortError if nobody takes outputs any more */
  #refuseEnded(): void {
    if (this.#words.hasEnded || this.#thread.stopping) throw new AbortError(this.#thread.signal.reason)
  }

  #ended(item: Item): undefined {
    if (!this.#isSimple || item.outputs === 0) this.#put(item, FrameKind.END, item.outputs, undefined)
    return undefined
  }

  /** @throws CallAgain, if the call is retried; the answer to the request to stop */
  #failed(item: Item, thrown: unknown): undefined {
    if (link()?.isAnswer(thrown)) throw thrown
    const failure: StageFailure = {
      error: packError(thrown),
      step: item.step,
      index: this.#thread.index,
      threadId,
    }
    const throws = this.#words.countThrow(item.slot)
    const { callRetries, backoff, retriesHere } = this.#role
    const isRetried = throws <= callRetries
    this.#put(item, isRetried ? FrameKind.RETRIED : FrameKind.FAILED, item.outputs, failure)
    this.wake()
    if (isRetried) throw new CallAgain(Math.min(backoff * 2 ** (throws - 1), 0x7fffffff), retriesHere)
    return undefined
  }

  #put({ slot, generation, begin }: Item, kind: number, number: number, value: unknown): void {
    this.#send(slot, generation, begin, kind, number, value)
    if (kind === FrameKind.OUTPUT) return
    this.#unwoken++
    const now = clock.now()
    const { grain, unwoken } = this.#role
    const ms = now - this.#wokenAt
    if (ms < UNWOKEN_MS && this.#unwoken < unwoken) return
    if (grain === undefined) this.#source.limitAhead(Math.max(1, Math.ceil((GRAIN_MS * this.#unwoken) / ms)))
    this.#wokenAt = now
    this.wake()
  }

  #tell(slot: number, generation: number, begin: number, kind: number, number: number): void {
    this.#send(slot, generation, begin, kind, number, undefined)
    this.wake()
  }

  #send(slot: number, generation: number, begin: number, kind: number, number: number, value: unknown): void {
    const frame = new Frame()
    frame.slot = slot
    frame.generation = generation
    frame.kind = kind
    frame.begin = begin
    frame.number = number
    frame.value = value
    if (this.#results.putWithin(frame, 0)) return
    this.wake()
    this.#results.putSync(frame, { signal: this.#thread.signal })
  }
}

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
