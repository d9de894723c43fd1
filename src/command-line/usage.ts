import { inspect } from 'node:util'
import { nearestOf } from '../check.ts'

/** The command was called wrongly. It ends with exit code 2 before it has read anything. */
export class UsageError extends Error {}

export function refusal(option: string, allowed: string, received: string): UsageError {
  return new UsageError(`${option} must be ${allowed}; received ${inspect(received)}`)
}

/** The error for a name that is not among `known`. It says which of them was probably meant. */
export function unknownName(what: string, name: string, known: readonly string[]): UsageError {
  const nearest = nearestOf(name, known)
  const hint = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`
  return new UsageError(`unknown ${what} ${name}: ${hint}`)
}
