import type { Outcome, RetryDecision } from '../../protocol/index.ts'
import type { Death, RunEnd } from './run.ts'

/** The facts, beside the end of a run itself, on which its consequences depend. */
export interface Situation {
  /** The group was asked to stop before the run ended. */
  readonly isStopping: boolean
  /** There is another way to load the module, which has not been tried. */
  readonly canLoadOtherwise: boolean
  /** The first way to load the module has failed, and this run tried the other. */
  readonly triedOtherwise: boolean
  /** The fate of the item whose call took too long; undefined if none did. */
  readonly timedOut: RetryDecision | undefined
  /** The thread was terminated because its source took too long to close. */
  readonly isLeaving: boolean
  /** The thread was terminated because it had not stopped within the grace. */
  readonly isLate: boolean
  /** Calls were under way, and the death counts against their items. */
  readonly blamesItems: boolean
  /** A thread may be started again at all. */
  readonly mayRestart: boolean
  /** Its producer has stored items, which a function that begins anew would put again. */
  readonly hasStored: boolean
  /** The restart policy covers throws too. */
  readonly restartsAfterThrow: boolean
}

/** The kinds of failure of a run, by what the error says. */
export type FailureKind = 'set-up' | 'throw' | 'timeout' | 'late' | 'death'

/**
 * The next step of the member:
 *
 *   done             it is over, without a failure
 *   fail             it is over, and the group has failed
 *   refuse restart   the same; the error says why there is no restart
 *   restart          a new thread, if the restart policy has one left; else as fail
 *   restart free     a new thread, which the restart policy does not count
 *   restart fresh    as restart free, and the thread has run no function before
 *   load otherwise   a new thread, which loads the module in the other way
 *   replace          a new thread, since the old one has done its share of items
 */
export type NextStep =
  | 'done'
  | 'fail'
  | 'refuse restart'
  | 'restart'
  | 'restart free'
  | 'restart fresh'
  | 'load otherwise'
  | 'replace'

/** The consequences of the end of a run. */
export interface Judgement {
  readonly next: NextStep
  /** The error of the run; undefined if it has not failed. */
  readonly failure: FailureKind | undefined
  /** The run has an 'exit' event. */
  readonly isReported: boolean
  /** The item whose call took too long goes to the dead letters, which an event tells. */
  readonly deadLetters: boolean
}

/** Decides what follows from the end of a run. */
export function judge(end: RunEnd, situation: Situation): Judgement {
  if (end.kind === 'returned') {
    return reported(end.isRecycled && !situation.isStopping ? 'replace' : 'done', undefined)
  }
  return end.kind === 'threw' ? judgeThrow(end, situation) : judgeDeath(end, situation)
}

function judgeThrow(end: Extract<Outcome, { kind: 'threw' }>, situation: Situation): Judgement {
  const { isStopping, canLoadOtherwise, mayRestart, restartsAfterThrow } = situation
  // Nothing of the module has begun: this is no restart, and no failure so far.
  if (end.mayLoadOtherwise && canLoadOtherwise) {
    return silent(isStopping ? 'done' : 'load otherwise', undefined)
  }
  if (isStopping && end.isStop) return reported('done', undefined)
  if (end.failedDuringSetUp) return reported('fail', 'set-up')
  if (restartsAfterThrow && mayRestart && !isStopping) return reported('restart', 'throw')
  return reported('fail', 'throw')
}

function judgeDeath({ exitCode, error, mayBeLeftover }: Death, situation: Situation): Judgement {
  const { isStopping, triedOtherwise, timedOut, isLeaving, isLate, blamesItems, mayRestart, hasStored } =
    situation
  // The other way itself has failed: the thread died before the run began.
  if (triedOtherwise && exitCode === undefined) return silent('fail', 'set-up')
  if (timedOut === 'fail') return reported('fail', 'timeout')
  if (timedOut !== undefined) {
    // The item's `retries` limit these restarts, not the policy.
    const next = isStopping ? 'done' : 'restart free'
    return { ...reported(next, 'timeout'), deadLetters: timedOut === 'dead-letter' }
  }
  if (isLeaving && error === undefined) return reported('done', undefined)
  if (isLate) return reported('fail', 'late')
  // A stopping thread with exit code 0 has ended itself in answer. One without an exit code had not begun.
  if (isStopping) return reported(exitCode && !mayBeLeftover ? 'fail' : 'done', 'death')
  // A fresh thread shows whether the function itself was to blame.
  if (mayBeLeftover && (mayRestart || !hasStored)) {
    return exitCode === undefined ? silent('restart fresh', undefined) : reported('restart fresh', 'death')
  }
  if (blamesItems) return reported('restart free', 'death')
  return reported(mayRestart ? 'restart' : 'refuse restart', 'death')
}

function reported(next: NextStep, failure: FailureKind | undefined): Judgement {
  return { next, failure, isReported: true, deadLetters: false }
}

function silent(next: NextStep, failure: FailureKind | undefined): Judgement {
  return { ...reported(next, failure), isReported: false }
}
