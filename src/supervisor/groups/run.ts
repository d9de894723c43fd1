import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { packError } from '../../error-transport.ts'
import type { Arguments, ControlMessage, Outcome, Report, RunMessage } from '../../protocol/index.ts'
import { CallWatch, callWords, RunWords } from '../../protocol/index.ts'
import { wakeToStop } from '../../queue/index.ts'
import type { ThreadPool } from './pool.ts'

/** The thread is gone, and what it said before did not settle the run. */
export interface Death {
  readonly kind: 'died'
  /** Absent if the run had not begun. */
  readonly exitCode: number | undefined
  /** What nobody in the thread caught. */
  readonly error: unknown
}

export interface RunHandlers {
  began(thread: number): void
  /** It has left its source, and waits for that to be closed. */
  leaving(): void
  gaveUp(report: Extract<Report, { kind: 'gaveUp' }>): void
  /**
   * The call with the item that `entry` holds took longer than `timeout`: its thread is to be terminated. At
   * most once.
   */
  timedOut(entry: number, timeout: number): void
  /** Once. After a death the thread's items have been recovered already. */
  ended(end: Outcome | Death): void
}

/** One run of a function on one thread: from its start to what it returned, threw, or died of. */
export class Run {
  readonly #control: RunWords
  readonly #port: MessagePort
  readonly #handlers: RunHandlers
  readonly #watch: CallWatch | undefined
  #isSetUp = false
  /** How it said it would end. */
  #ending: Outcome | undefined
  #isSettled = false

  constructor(
    pool: ThreadPool,
    message: Omit<RunMessage, 'args' | 'words' | 'calls' | 'port'>,
    args: Arguments,
    handlers: RunHandlers,
  ) {
    const { port1, port2 } = new MessageChannel()
    this.#control = RunWords.create(args.queues.length + 1)
    this.#port = port1
    this.#handlers = handlers
    port1.on('message', (report: Report) => this.#hear(report))
    // What is nested too deep for this thread's stack was not for the other's.
    port1.on('messageerror', (error) => this.#unreadable(error))
    const { role } = message
    let calls: Int32Array | undefined
    if (role.kind === 'consume' && role.timeout !== undefined) {
      const { timeout } = role
      calls = callWords(role.concurrency)
      this.#watch = new CallWatch(calls, timeout, (entry) => handlers.timedOut(entry, timeout))
    }
    const { words } = this.#control
    const full: RunMessage = { ...message, args: args.packed, words, calls, port: port2 }
    pool
      .run(full, [port2], () => this.thread)
      .catch((error) => {
        // Begun, its thread is about to exit, and is heard of then.
        if (this.#control.abandon()) this.#end({ kind: 'died', exitCode: undefined, error })
      })
  }

  /** threadId, or 0 before it has begun. */
  get thread(): number {
    return this.#control.thread
  }

  /** Its end has been told, or will not be. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Its thread is at it: it loads the module, or is past that. */
  get hasBegun(): boolean {
    return this.#control.hasBegun
  }

  /** The module is loaded, and the function begins. */
  get isSetUp(): boolean {
    return this.#isSetUp
  }

  /** Calls of `consume` under way; of a dead thread, those it died in. */
  get calls(): number {
    return this.#control.calls
  }

  /**
   * What it has done with a queue: bits of Use. By their numbers among the arguments; the next is the one it
   * produces for.
   */
  useOf(queue: number): number {
    return this.#control.useOf(queue)
  }

  stop(reason: unknown): void {
    if (this.#isSettled) return
    // In this order: whoever sees the word finds the reason.
    this.#send({ kind: 'stop', reason: packError(reason) })
    this.#control.requestStop()
    // Not begun yet, it looks at the word before its first wait.
    if (this.#control.hasBegun) wakeToStop(this.thread)
  }

  /** Before the queue `id` is shut down for it. */
  tellCause(id: string, cause: unknown): void {
    if (this.#isSettled) return
    this.#send({ kind: 'cause', queue: id, error: packError(cause) })
  }

  /** The thread has exited. What it sent before is still in the port. */
  exited(exitCode: number, error: unknown): void {
    if (this.#isSettled) return
    for (;;) {
      let received: { message: Report } | undefined
      try {
        received = receiveMessageOnPort(this.#port)
      } catch (unreadable) {
        this.#unreadable(unreadable)
        return
      }
      if (received === undefined) break
      this.#hear(received.message)
    }
    this.#end(this.#ending ?? { kind: 'died', exitCode, error })
  }

  /** Whatever it still says or does is of no interest any more; if it has not begun it never will. */
  leave(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#watch?.stop()
    this.#control.abandon()
    this.#port.close()
  }

  #unreadable(cause: unknown): void {
    const message = 'the function returned what this thread cannot read'
    const error = Object.assign(new TypeError(message, { cause }), { code: 'ERR_INVALID_RETURN_VALUE' })
    this.#end({ kind: 'threw', error: packError(error), isSetUp: false, isStop: false })
  }

  #send(mail: ControlMessage): void {
    this.#port.postMessage(mail)
  }

  #hear(report: Report): void {
    if (this.#isSettled) return
    if (report.kind === 'began') {
      this.#isSetUp = true
      this.#handlers.began(this.thread)
    } else if (report.kind === 'gaveUp') this.#handlers.gaveUp(report)
    else if (report.kind === 'leaving') this.#handlers.leaving()
    else if (report.kind === 'ending') this.#ending = report.outcome
    else if (this.#ending !== undefined) this.#end(this.#ending)
  }

  #end(end: Outcome | Death): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#watch?.stop()
    this.#port.close()
    this.#handlers.ended(end)
  }
}
