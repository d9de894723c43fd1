import { inspect } from 'node:util'

/** A script was called with an option it does not understand: its message names option, range and value. */
export class UsageError extends Error {}

/** Of an option that takes a whole number; undefined if it was not given. */
export function integer(
  option: string,
  text: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (text === undefined) return undefined
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`${option} must be an integer from ${min} to ${max}; received ${inspect(text)}`)
}

/** What `parse` answers; what it refuses is a wrong use of the script. */
export function usageOf<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
