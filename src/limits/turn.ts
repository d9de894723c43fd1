import { DONE, NOT_DUE } from '../core/index.ts'
import { untilDone } from '../wait/index.ts'
import type { Attachment } from './attachment.ts'
import type { FoundKey } from './key-table.ts'

/** A waiter that has not run so long after its turn had come, in ns, is passed over until it runs. */
const PATIENCE = 5e6
/** The call was granted. */
export const GRANTED = -1
/** Only a wake helps: there is no place. */
export const UNTIL_WOKEN = Number.POSITIVE_INFINITY

/** What a call waits for. */
export interface Wish {
  readonly found: FoundKey
  readonly weight: number
  readonly takesPlace: boolean
}

/**
 * Grants without waiting. Answers DONE; NOT_DUE, also if others wait that are not late; NO_PLACE; GONE.
 */
export function tryGrant(
  attachment: Attachment,
  { key, hash }: FoundKey,
  weight: number,
  takesPlace: boolean,
): number {
  const { memory, ledger } = attachment
  for (;;) {
    const now = attachment.now()
    // Without the lock: an answer that is out of date was right when the call began.
    if (now < memory.dueAt(key, weight) && memory.holds(key, hash)) return NOT_DUE
    if (attachment.lines.get(key)?.isReady) return NOT_DUE
    const first = memory.waitersOf(key) > 0 ? memory.firstInLine(key, ledger).first : -1
    if (first < 0) return attachment.grant(key, hash, weight, now, 0, takesPlace)
    if (!memory.hasPlace(key) || now < memory.turnOf(first, key) + PATIENCE) return NOT_DUE
    passOver(attachment, key, first)
  }
}

/**
 * A waiter of this thread looks, with the ticket it has drawn at `arrivedAt`. Answers GRANTED; or the time, in ns,
 * at which it is to look again; UNTIL_WOKEN.
 */
export function look(attachment: Attachment, wish: Wish, ticket: number, arrivedAt: number): number {
  const { memory, ledger } = attachment
  const { weight, takesPlace } = wish
  const { key, hash } = wish.found
  // Its thread runs: it is not passed over any more.
  if (memory.ticketOf(ledger, key) !== ticket) attachment.stand(key, hash, ticket, weight)
  for (;;) {
    const { first, before } = memory.firstInLine(key, ledger, ticket)
    const now = attachment.now()
    if (first >= 0) {
      if (!memory.hasPlace(key)) return UNTIL_WOKEN
      const lateAt = memory.turnOf(first, key) + PATIENCE
      if (now < lateAt) return lateAt + (before - 1) * PATIENCE
      passOver(attachment, key, first)
      continue
    }
    const due = memory.dueAt(key, weight)
    if (now < due) return due
    const answer = attachment.grant(key, hash, weight, now, now - Math.max(due, arrivedAt), takesPlace)
    if (answer === DONE) return GRANTED
    if (answer !== NOT_DUE) return UNTIL_WOKEN
  }
}

/** The thread of the ledger `late` keeps its ticket; the turn comes to the next one. */
function passOver(attachment: Attachment, key: number, late: number): void {
  const { memory, ledger } = attachment
  const cell = memory.cellAt(late, key)
  const ticket = memory.ticketOf(late, key)
  const at = memory.keyAt(key)
  const answer = untilDone(() => memory.core.passOver(at, cell, ticket, attachment.now(), PATIENCE))
  if (answer === DONE) attachment.callFirst(key, ledger)
}
