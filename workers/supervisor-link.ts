import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { isAbort, packError, unpackError } from '../src/error-transport.ts'
import type { ControlMessage, Outcome, RunWords, ThreadMessage } from '../src/protocol/index.ts'
import { noteCause, type ThreadLink, type Use } from '../src/thread-link.ts'

/** This thread's link to its supervisor: the word that asks it to stop, and the mail that says why. */
export class SupervisorLink implements ThreadLink {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #control: RunWords
  readonly #port: MessagePort
  #queues: readonly object[] = []
  hasBegun = false
  /** The reason to stop has come. */
  #isRead = false

  constructor(control: RunWords, port: MessagePort) {
    this.#control = control
    this.#port = port
    port.on('message', (mail: ControlMessage) => this.#read(mail))
    this.signal = this.#controller.signal
    // So that a loop that never yields sees the abort, too.
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
    // The reason is sent before the word is set, so whoever has one of the two may not have the other yet.
    if (this.#isRead) return true
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

  /** The function is over: what it has tied to the signal is closed, while its queues are still attached. */
  end(): void {
    this.#controller.abort(new Error('the function is over'))
  }

  /**
   * `error` is the answer to the request to stop: the AbortError of a wait, or what `signal.throwIfAborted()`
   * throws.
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
    const reports: ThreadMessage[] = [{ kind: 'ending', outcome }, { kind: 'ended' }]
    for (const report of reports) this.#port.postMessage(report)
  }

  uses(queue: object, how: Use): void {
    const number = this.#queues.indexOf(queue)
    if (number >= 0) this.#control.noteUse(number, how)
  }

  /** The queues among the arguments, then the one it produces for. */
  watch(queues: readonly object[]): void {
    this.#queues = queues
  }

  #read(mail: ControlMessage): void {
    if (mail.kind === 'cause') {
      noteCause(mail.queue, unpackError(mail.error))
    } else {
      this.#isRead = true
      this.#controller.abort(unpackError(mail.reason))
    }
  }
}
