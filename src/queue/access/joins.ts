import { counted } from '../../check.ts'
import { JOIN, unfinished } from '../../core/index.ts'
import { DeadlockError } from '../../errors.ts'
import { PendingCalls } from '../../wait/index.ts'
import type { Attachment } from '../attachment/index.ts'
import { isStoppable, timeoutOf, type WaitOptions } from '../options/index.ts'
import { discardAll } from '../recovery/index.ts'

/** This thread's joins of one queue: waits until every item put is finished. */
export class Joins {
  readonly #attachment: Attachment<unknown>
  readonly #pending: PendingCalls

  constructor(attachment: Attachment<unknown>) {
    this.#attachment = attachment
    this.#pending = new PendingCalls(attachment.shared, attachment.ledger)
    attachment.onDeadLettersFlushed = () => this.#pending.serve()
  }

  async join(options: WaitOptions | undefined): Promise<void> {
    const { joinError } = this.#attachment
    const limits = this.#attachment.limits(options, joinError)
    if (this.#isJoined()) return
    if (limits.timeout === 0) throw joinError()
    return new Promise((resolve, reject) => {
      const attempt = () => {
        if (!this.#isJoined()) return JOIN
        resolve()
        return 0
      }
      this.#pending.add({ attempt, reject }, limits)
    })
  }

  joinSync(options: WaitOptions | undefined): void {
    const stoppable = isStoppable(options)
    const timeout = timeoutOf(options)
    const { held, description, joinError } = this.#attachment
    if (held.count > 0) {
      throw new DeadlockError(
        `joinSync on ${description.label} would wait for ${counted(held.count, 'unfinished item')} ` +
          'that this thread itself holds',
      )
    }
    if (this.#isJoined()) return
    const attempt = () => {
      if (this.#isJoined()) return 0
      if (stoppable) this.#attachment.endIfStopping()
      return JOIN
    }
    this.#attachment.block(timeout, attempt, joinError)
  }

  rejectAll(error: () => Error): void {
    this.#pending.rejectAll(error)
  }

  #isJoined(): boolean {
    const { shared, ledger } = this.#attachment
    this.#attachment.refuseDetached()
    this.#attachment.flushDeadLetters()
    if (unfinished(shared) === 0) return true
    // The thread that shut the queue down may have died before all was discarded.
    discardAll(shared, ledger)
    return unfinished(shared) === 0
  }
}
