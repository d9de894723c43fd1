import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { isAbort, packError, unpackError } from '../src/error-transport.ts'
import type { ControlMessage, Outcome, RunWords, ThreadMessage } from '../src/protocol/index.ts'
import { noteCause, type ThreadLink, type Use } from '../src/thread-link.ts'

/** This thread's link to its supervisor: the shared words of its run, and the port for control messages. */
export class SupervisorLink implements ThreadLink {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #control: RunWords
  readonly #port: MessagePort
  #queues: readonly object[] = []
  hasBegun = false
  /** The control message with the reason to stop was read. */
  #hasReason = false

  constructor(control: RunWords, port: MessagePort) {
    this.#control = control
    this.#port = port
    port.on('message', (message: ControlMessage) => this.#read(message))
    this.signal = this.#controller.signal
    // These read the shared word, so that a loop that never yields sees the abort, too.
    const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as () => boolean
    Object.defineProperty(this.signal, 'aborted', {
      get: () => {
        this.stopRequested
        return aborted.call(this.signal)
      },
    })
    Object.defineProperty(this.signal, 'throwIfAborted', {
      value: () => {
        if (this.signal.aborted) throw this.signal.reason
      },
    })
  }

  get stopRequested(): boolean {
    // The supervisor sends the reason before it sets the word. So the reason may be here before the word; but
    // if the word is set, the reason can be read.
    if (this.#hasReason) return true
    if (!this.#control.stopRequested) return false
    this.readControlMessages()
    return true
  }

  readControlMessages(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return
      this.#read(received.message as ControlMessage)
    }
  }

  /** The function has ended. Aborts the signal, so that its listeners clean up while queues are attached. */
  end(): void {
    this.#controller.abort(new Error('the function is over'))
  }

  /**
   * Whether `error` is how the function answered the request to stop: the AbortError of a wait, or the error
   * that `signal.throwIfAborted()` throws.
   */
  isAnswer(error: unknown): boolean {
    return this.stopRequested && (isAbort(error) || error === this.signal.reason)
  }

  refused(error: Error): void {
    const outcome: Outcome = {
      kind: 'threw',
      error: packError(error),
      failedDuringSetUp: true,
      isStop: false,
    }
    const reports: ThreadMessage[] = [
      { kind: 'ending', outcome },
      { kind: 'ended', unfit: 'a program that starts itself' },
    ]
    for (const report of reports) this.#port.postMessage(report)
  }

  sharesThreads(more: number): void {
    this.#control.addShare(more)
  }

  uses(queue: object, how: Use): void {
    const number = this.#queues.indexOf(queue)
    if (number >= 0) this.#control.noteUse(number, how)
  }

  /**
   * Notes the use of these queues, by their index: those among the arguments, then the one it produces for.
   */
  watch(queues: readonly object[]): void {
    this.#queues = queues
  }

  #read(message: ControlMessage): void {
    if (message.kind === 'cause') {
      noteCause(message.queue, unpackError(message.error))
    } else {
      this.#hasReason = true
      this.#controller.abort(unpackError(message.reason))
    }
  }
}
