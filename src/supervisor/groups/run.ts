import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { packError } from '../../error-transport.ts'
import type { Loader } from '../../loading/index.ts'
import type { Arguments, ControlMessage, Outcome, RunMessage, ThreadMessage } from '../../protocol/index.ts'
import { ancestry, CallWatch, callWords, placeIn, RunWords } from '../../protocol/index.ts'
import { forgetStop, wakeToStop } from '../../queue/index.ts'
import { EXTERNAL } from '../../thread-files.ts'
import { type Exit, giveBack, returnShareOf, type Thread } from '../threads/index.ts'
import { shown } from './error-text.ts'
import type { CallPlan, GroupPlan } from './plan.ts'

/** The end of a run whose thread has exited without having sent an outcome. */
export interface Death {
  readonly kind: 'died'
  /** Absent if the run had not begun. */
  readonly exitCode: number | undefined
  /** The uncaught error. */
  readonly error: unknown
  /** The thread had run another function before, which may have left what ended it. */
  readonly mayBeLeftover: boolean
}

export type RunEnd = Outcome | Death

export interface RunHandlers {
  began(thread: number): void
  /** The producer asks its source for no more items, and waits until the source is closed. */
  leaving(): void
  deadLettered(message: Extract<ThreadMessage, { kind: 'deadLettered' }>): void
  /** The call with the item that `entry` holds took too long: its thread must be terminated. At most once. */
  timedOut(entry: number, timeoutMs: number): void
  /** Called once. After a death, the items of the thread have been reclaimed already. */
  ended(end: RunEnd): void
}

/** The part of the message to a thread that the run does not add itself. */
export type RunOrder = Omit<RunMessage, 'args' | 'words' | 'calls' | 'port'>

/** The order for the next run of a member. `frames`: the stack of the call that started its group. */
export function orderOf(
  { task, roleOf, reuse, setup, teardown }: GroupPlan,
  {
    index,
    restarts,
    producer,
  }: { readonly index: number; readonly restarts: number; readonly producer: number },
  loader: Loader,
  frames: string,
): RunOrder {
  return {
    loader,
    filename: task.filename,
    target: task.target,
    ancestry: [...ancestry(), placeIn(frames)].filter((place) => place !== ''),
    index,
    threads: task.threads,
    restarts,
    role: roleOf(producer),
    mayStay: reuse,
    setup,
    teardown,
  }
}

/** One run of a function on one thread: from its start until it has returned, has thrown, or is dead. */
export class Run {
  /** Resolves when its thread has exited, or is kept for another group. */
  readonly free: Promise<void>
  #setFree: () => void = () => {}
  readonly #onThread: Thread
  readonly #mayStay: boolean
  readonly #control: RunWords
  readonly #port: MessagePort
  readonly #handlers: RunHandlers
  readonly #watch: CallWatch | undefined
  #isRunning = false
  /** The outcome that the thread has announced. */
  #ending: Outcome | undefined
  #isSettled = false

  constructor(
    thread: Thread,
    order: RunOrder,
    args: Arguments,
    plan: CallPlan | undefined,
    handlers: RunHandlers,
  ) {
    const { port1, port2 } = new MessageChannel()
    this.#onThread = thread
    this.free = new Promise((resolve) => {
      this.#setFree = resolve
    })
    this.#mayStay = order.mayStay
    // One word for each queue among the arguments, and one for an output.
    this.#control = RunWords.create(args.queues.length + 1)
    this.#port = port1
    this.#handlers = handlers
    port1.on('message', (message: ThreadMessage) => this.#receive(message))
    // This thread cannot read the value: it is nested too deep for this stack, but not for the other's.
    port1.on('messageerror', (error) => this.#unreadable(error))
    const { timeoutMs, concurrency } = plan ?? {}
    let calls: Int32Array | undefined
    if (timeoutMs !== undefined && concurrency !== undefined) {
      calls = callWords(concurrency)
      this.#watch = new CallWatch(calls, timeoutMs, (entry) => handlers.timedOut(entry, timeoutMs))
    }
    const { words } = this.#control
    const message: RunMessage = { ...order, args: args.packed, words, calls, port: port2 }
    thread.run(message, [port2], (exit) => this.#exited(exit))
  }

  /** threadId, or 0 before it has begun. */
  get thread(): number {
    return this.#control.thread
  }

  /** `ended` has been called, or never will be. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Its thread has begun to load the module. */
  get hasBegun(): boolean {
    return this.#control.hasBegun
  }

  /** The module is loaded, and the function has begun. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Calls of `consume` under way. After a death: the calls during which the thread died. */
  get calls(): number {
    return this.#control.calls
  }

  /**
   * The uses of a queue so far, as bits of Use. Queues have their numbers among the arguments. The number
   * after those is an output's.
   */
  useOf(queue: number): number {
    return this.#control.useOf(queue)
  }

  stop(reason: unknown): void {
    if (this.#isSettled) return
    // The reason before the word: a thread that sees the word finds the reason.
    this.#send({ kind: 'stop', reason: packError(reason) })
    this.#control.requestStop()
    // A thread that has not begun reads the word before its first wait.
    if (this.#control.hasBegun) wakeToStop(this.thread)
  }

  /** Must be called before the queue `id` is shut down because of `cause`. */
  tellCause(id: string, cause: unknown): void {
    if (this.#isSettled) return
    this.#send({ kind: 'cause', queue: id, error: packError(cause) })
  }

  /** Terminates its thread, by whose exit the run ends. */
  terminate(): void {
    this.#onThread.terminate()
  }

  /** The thread has exited. Its last messages may still be in the port. */
  #exited({ exitCode, error, mayBeLeftover }: Exit): void {
    this.#setFree()
    if (this.#isSettled) return
    const wasKept = this.#onThread.isReused
    if (this.#control.abandon()) {
      const early = wasKept ? error : diedEarly(error)
      this.#end({ kind: 'died', exitCode: undefined, error: early, mayBeLeftover: wasKept })
      return
    }
    for (;;) {
      let received: { message: ThreadMessage } | undefined
      try {
        received = receiveMessageOnPort(this.#port)
      } catch (unreadable) {
        this.#unreadable(unreadable)
        return
      }
      if (received === undefined) break
      this.#receive(received.message)
    }
    // The function is not to blame for the death of a kept thread that was only loading it.
    const isLeftover = mayBeLeftover || (wasKept && !this.#isRunning)
    if (this.#ending === undefined) this.#end({ kind: 'died', exitCode, error, mayBeLeftover: isLeftover })
    else this.#ended(this.#ending, undefined)
  }

  /** Ends its thread, and ignores all further messages of the run. If it has not begun, it never will. */
  leave(): void {
    if (this.#isSettled) return
    this.#control.abandon()
    this.#settle()
    this.#onThread.terminate()
  }

  #unreadable(cause: unknown): void {
    const message = 'the function returned what this thread cannot read'
    const error = Object.assign(new TypeError(message, { cause }), { code: 'ERR_INVALID_RETURN_VALUE' })
    this.#end({ kind: 'threw', error: packError(error), failedDuringSetUp: false, isStop: false })
  }

  #send(message: ControlMessage): void {
    this.#port.postMessage(message)
  }

  #receive(message: ThreadMessage): void {
    if (this.#isSettled) return
    if (message.kind === 'began') {
      this.#isRunning = true
      this.#handlers.began(this.thread)
    } else if (message.kind === 'deadLettered') this.#handlers.deadLettered(message)
    else if (message.kind === 'leaving') this.#handlers.leaving()
    else if (message.kind === 'ending') this.#ending = message.outcome
    else if (this.#ending !== undefined) this.#ended(this.#ending, message.unfit)
  }

  /** The thread has said that the run is over. */
  #ended(outcome: Outcome, unfit: string | undefined): void {
    this.#settle()
    forgetStop(this.thread)
    if (this.#mayStay) void giveBack(this.#onThread, unfit).then(this.#setFree)
    else this.#onThread.terminate()
    this.#handlers.ended(outcome)
  }

  #end(end: RunEnd): void {
    if (this.#isSettled) return
    this.#settle()
    this.#onThread.terminate()
    this.#handlers.ended(end)
  }

  #settle(): void {
    this.#isSettled = true
    this.#watch?.stop()
    this.#port.close()
    returnShareOf(this.#control.takeShare())
  }
}

/** The error of a thread that has exited before it could begin. */
function diedEarly(cause: unknown): Error {
  const because = cause === undefined ? '' : `: ${shown(cause)}`
  // A thread loads our files before any module of the program.
  const isMissing = /^(ERR_)?MODULE_NOT_FOUND$/.test(String((cause as { code?: unknown } | undefined)?.code))
  const cure = isMissing ? ` (in a bundle: ${EXTERNAL})` : ''
  return new Error(`its thread died before it was ready${because}${cure}`, { cause })
}
