import { ThreadError } from '../../errors.ts'
import type { Group } from './group.ts'
import type { Member } from './member.ts'
import type { Death } from './run.ts'

/** `frames`: the stack of the call that started the group; where this is called says nothing to a user. */
export function threadError(
  group: Group,
  member: Member,
  frames: string,
  what: string,
  exitCode?: number | undefined,
  cause?: unknown,
): ThreadError {
  const { filename, exportName } = group.plan.task
  const { restarts } = member
  const after = restarts === 0 ? '' : `, after ${restarts} ${restarts === 1 ? 'restart' : 'restarts'},`
  const text = `thread ${member.index} of group '${group.name}' (${filename}#${exportName})${after} ${what}`
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

export function deathOf({ exitCode, error }: Death): string {
  const because = error === undefined ? '' : `: ${shown(error)}`
  return exitCode === undefined
    ? `could not be started${because}`
    : `died with exit code ${exitCode}${because}`
}

export function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
}

/** The first failure of a group names the others; enumerable, Node would print each with its stack. */
export function withOthers(first: ThreadError, others: readonly ThreadError[]): ThreadError {
  if (first.others !== undefined) return first
  Object.defineProperty(first, 'others', { value: others, configurable: true, writable: true })
  const what = (error: ThreadError) => error.message.replace(/^thread \d+ /, '')
  const areSame = others.every((other) => what(other) === what(first))
  const threads = `${others.length} other ${others.length === 1 ? 'thread' : 'threads'}`
  const more = areSame ? ` (and ${threads} the same)` : ` (and ${threads} failed: see \`others\`)`
  return extended(first, more)
}

/**
 * More failures that are the same are told once: an uncaught error is printed with all its `errors`, 20 lines
 * each.
 */
const SAME = 3

/** Of several groups. What is left out of `errors` is in the report. */
export function aggregateOf(failures: readonly unknown[], forgotten: number): AggregateError {
  const kinds = new Map<string, unknown[]>()
  for (const failure of failures) {
    const kind = textOf(failure)
    kinds.set(kind, [...(kinds.get(kind) ?? []), failure])
  }
  const errors = [...kinds.values()].flatMap((same) => (same.length > SAME ? same.slice(0, 1) : same))
  const left = failures.length - errors.length
  const more = left === 0 ? '' : ` (and ${left} the same: see \`report\`)`
  return new AggregateError(
    errors,
    `${failures.length + forgotten} failures; the first: ${(failures[0] as Error).message}${more}`,
  )
}

/** Without the number of the thread. */
function textOf(failure: unknown): string {
  return shown(failure).replace(/^(ThreadError: )thread \d+ /, '$1')
}

/** The error, with more to say; its stack begins with its message. */
export function extended(error: ThreadError, more: string): ThreadError {
  error.stack = error.stack?.replace(error.message, () => error.message + more) ?? ''
  error.message += more
  return error
}

/**
 * Why a module could not be loaded in either way. The first is the main program's, so that counts; the
 * message tells of both.
 */
export function inBothWays(first: unknown, other: string, second: unknown): unknown {
  if (first instanceof Error && !(second instanceof Error && first.message === second.message)) {
    first.message += `; ${other}: ${shown(second)}`
  }
  return first
}
