import { counted } from '../../check.ts'
import { unpackError } from '../../error-transport.ts'
import { ThreadError } from '../../errors.ts'
import type { Loader } from '../../loading/index.ts'
import type { Left } from '../../protocol/index.ts'
import { placeText } from '../../threaded/index.ts'
import { shown } from './error-text.ts'
import type { Member } from './member.ts'
import type { GroupPlan, GroupTask } from './plan.ts'
import type { CompletePolicy } from './restart.ts'
import type { Death, RunEnd } from './run.ts'
import type { FailureKind } from './run-judgement.ts'

interface NamedGroup {
  readonly name: string
  readonly plan: GroupPlan
}

/** A run that has failed. */
interface FailedRun {
  readonly group: NamedGroup
  readonly member: Member
  readonly end: RunEnd
  readonly loader: Loader
  /** The stack of the call that started the group. The stack of this call would tell a user nothing. */
  readonly frames: string
}

/** The error of a run, for its 'exit' event and for `join`. */
export function runError(failure: FailureKind, run: FailedRun): ThreadError {
  const { member, end } = run
  const [how, cause] = causeOf(failure, run)
  if (failure === 'late') return threadError(run, lateText(member))
  if (failure === 'death' && end.kind === 'died') return threadError(run, deathText(end), cause)
  const error = threadError(run, `${how}: ${shown(cause)}`, cause)
  if (failure !== 'set-up') thrownValues.set(error, { value: cause })
  return error
}

/** The value that the function threw, or a RunTimeoutError, by the error of its thread. */
const thrownValues = new WeakMap<object, { readonly value: unknown }>()

/** The value that the function threw, if `error` says that it threw; else undefined. */
export function thrownIn(error: unknown): { readonly value: unknown } | undefined {
  return typeof error === 'object' && error !== null ? thrownValues.get(error) : undefined
}

/** The error of a thread that is not started again after its death, with the reason. */
export function restartRefused(run: FailedRun): ThreadError {
  const { end, group } = run
  const death = end.kind === 'died' ? end : { exitCode: undefined, error: undefined }
  return threadError(run, `${deathText(death)}; ${group.plan.noRestart}`, death.error)
}

function causeOf(failure: FailureKind, run: FailedRun): [how: string, cause: unknown] {
  const { member, end } = run
  if (failure === 'timeout') return ['was terminated', member.timedOut?.error]
  const how = failure === 'set-up' ? 'could not be set up' : 'threw'
  if (end.kind === 'threw') {
    const thrown = unpackError(end.error)
    return [how, end.mayLoadOtherwise ? loadingError(run, thrown) : thrown]
  }
  if (end.kind === 'returned') return [how, undefined]
  return [how, failure === 'set-up' ? loadingError(run, end.error) : end.error]
}

/**
 * The error of a module that could be loaded in neither way. It is the first way's error, since the main
 * program loads in that way; its message tells of both.
 */
function loadingError({ member, loader }: FailedRun, second: unknown): unknown {
  if (member.firstFailure === undefined) return second
  const { error } = member.firstFailure
  if (error instanceof Error && !(second instanceof Error && error.message === second.message)) {
    const otherWay = loader.fallback?.tsx.length === 0 ? 'without tsx' : 'with tsx'
    error.message += `; ${otherWay}: ${shown(second)}`
  }
  return error
}

function threadError({ group, member, end, frames }: FailedRun, what: string, cause?: unknown): ThreadError {
  const { filename } = group.plan.task
  const exportName = nameOf(group.plan.task)
  const { restarts } = member
  const after = restarts === 0 ? '' : `, after ${counted(restarts, 'restart')},`
  const text = `thread ${member.index} of group '${group.name}' (${whereOf(group.plan.task)})${after} ${what}`
  const exitCode = end.kind === 'died' ? end.exitCode : undefined
  const details = {
    group: group.name,
    index: member.index,
    threadId: member.thread,
    filename,
    exportName,
    ...(exitCode === undefined ? {} : { exitCode }),
  }
  const error = new ThreadError(text, details, cause === undefined ? undefined : { cause })
  error.stack = `${error.name}: ${text}\n${frames}`
  return error
}

/** The name of the export or of the threaded function; of one without a name, the place of its call. */
function nameOf({ target }: GroupTask): string {
  return target.kind === 'export' ? target.name : placeText(target)
}

function whereOf(task: GroupTask): string {
  return `${task.filename}${task.target.kind === 'placed' ? ':' : '#'}${nameOf(task)}`
}

function deathText({ exitCode, error }: Pick<Death, 'exitCode' | 'error'>): string {
  const because = error === undefined ? '' : `: ${shown(error)}`
  return exitCode === undefined
    ? `could not be started${because}`
    : `died with exit code ${exitCode}${because}`
}

function lateText({ isLate, run }: Member): string {
  const where = run?.isRunning ? '' : ' while it was still starting'
  return `did not stop within ${isLate?.graceMs} ms and was terminated${where}`
}

/** The threads of a group whose function has not begun; '' if there are none. */
export function startingText({ name, plan, members }: NamedGroup & { members: readonly Member[] }): string {
  const starting = members.filter(({ isOver, isWaiting, run }) => !isOver && !isWaiting && !run?.isRunning)
  if (starting.length === 0) return ''
  const which = starting.map(({ index }) => index).join(', ')
  return `thread${starting.length === 1 ? '' : 's'} ${which} of group '${name}' (${whereOf(plan.task)})`
}

/** Warns of items that a function held when it returned. */
export function warnOfItems(name: string, left: readonly Left[]): void {
  for (const { queue, held } of left) {
    process.emitWarning(
      `${name} returned while it held ${counted(held, 'unfinished item')} of ${queue}, delivered again. ` +
        'Call taskDone() for what is done.',
      { code: 'MILLRACE_UNFINISHED' },
    )
  }
}

/** The last death of a thread, with the limit that it has reached and the options that would help. */
export function withRestartLimit(
  error: ThreadError,
  { max, within, option }: CompletePolicy,
  { run, heldAtDeath }: Member,
): ThreadError {
  const calls = run?.calls ?? 0
  const inTime = max === 0 || within === 0x7fffffff ? '' : ` within ${within} ms`
  const limit = `; ${option} is ${max}${inTime}`
  if (calls === 0) return extended(error, limit)
  const which = heldAtDeath === '' ? '' : ` (${heldAtDeath})`
  const items = ` with ${counted(calls, 'item')} held${which}`
  const cure = 'a queue with `maxDeliveries` or `deadLetters` gives up items that kill their threads'
  return extended(error, `${items}${limit}: ${cure}`)
}

/**
 * The first failure of a group, which names the others. They are not enumerable: Node would print each of
 * them with its stack.
 */
export function withOthers(first: ThreadError, others: readonly ThreadError[]): ThreadError {
  if (first.others !== undefined) return first
  Object.defineProperty(first, 'others', { value: others, configurable: true, writable: true })
  const what = (error: ThreadError) => error.message.replace(/^thread \d+ /, '')
  const areSame = others.every((other) => what(other) === what(first))
  const threads = counted(others.length, 'other thread')
  const more = areSame ? ` (and ${threads} the same)` : ` (and ${threads} failed: see \`others\`)`
  return extended(first, more)
}

/** More equal failures than this are one among `errors`: Node prints each of those with 20 lines. */
const MAX_EQUAL_ERRORS = 3

/** The failures of several groups. The report has those that are left out of `errors`. */
export function aggregateOf(failures: readonly unknown[], forgotten: number): AggregateError {
  const kinds = new Map<string, unknown[]>()
  for (const failure of failures) {
    const kind = textWithoutIndex(failure)
    kinds.set(kind, [...(kinds.get(kind) ?? []), failure])
  }
  const errors = [...kinds.values()].flatMap((same) =>
    same.length > MAX_EQUAL_ERRORS ? same.slice(0, 1) : same,
  )
  const left = failures.length - errors.length
  const more = left === 0 ? '' : ` (and ${left} the same: see \`report\`)`
  return new AggregateError(
    errors,
    `${failures.length + forgotten} failures; the first: ${(failures[0] as Error).message}${more}`,
  )
}

function textWithoutIndex(failure: unknown): string {
  return shown(failure).replace(/^(ThreadError: )thread \d+ /, '$1')
}

/** Appends `more` to the message, and to its copy at the beginning of the stack. */
function extended(error: ThreadError, more: string): ThreadError {
  error.stack = error.stack?.replace(error.message, () => error.message + more) ?? ''
  error.message += more
  return error
}
