import { invalidType, invalidValue, type Known, optionsObject, outOfRange, someOptions } from '../../check.ts'
import { AbortError } from '../../errors.ts'
import { link } from '../../thread-link.ts'

/** Options of a call that may wait. */
export interface WaitOptions {
  /**
   * How long the call waits at most, in ms: 0 (never waits) to 2^31 - 1, or Infinity.
   * @default Infinity
   */
  timeout?: number | undefined
  /**
   * Ends the wait with an AbortError. `…Sync` calls take only `thread.signal`: a blocked thread hears no
   * other.
   * @default none
   */
  signal?: AbortSignal | undefined
}

const WAIT_OPTIONS: Known<WaitOptions> = { timeout: true, signal: true }
const SIGNAL = { signal: true } as const

/**
 * The timeout in ms. `known` names the options that the call has.
 * @throws TypeError, RangeError for a wrong timeout; TypeError for an unknown option
 */
export function timeoutOf<O extends WaitOptions>(
  options: O | undefined,
  known: Known<O> = WAIT_OPTIONS as Known<O>,
): number {
  if (options === undefined) return Number.POSITIVE_INFINITY
  const { timeout } = optionsObject('options', options, known)
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  return durationOf('options.timeout', timeout, ', or Infinity')
}

/** A duration in ms, from 0 to 2^31 - 1. @throws TypeError, RangeError that name `name` */
export function durationOf(name: string, value: unknown, or = ''): number {
  const range = `a number of milliseconds from 0 to 2147483647${or}`
  if (typeof value !== 'number') throw invalidType(name, range, value)
  if (!(value >= 0 && value <= 0x7fffffff)) throw outOfRange(name, range, value)
  return value
}

/** @throws TypeError for what is no AbortSignal */
export function signalOf(options: { readonly signal?: unknown } | undefined): AbortSignal | undefined {
  const { signal } = someOptions('options', options, SIGNAL) as { signal?: AbortSignal }
  if (signal === undefined) return undefined
  if (typeof signal !== 'object' || signal === null || typeof signal.addEventListener !== 'function') {
    throw invalidType('options.signal', 'an AbortSignal', signal)
  }
  return signal
}

/**
 * Whether a call that blocks was given `thread.signal`. A blocked thread never sees an ordinary signal fire,
 * so only this one is accepted: its supervisor backs it with a shared word.
 * @throws TypeError for another signal; AbortError if it is aborted already
 */
export function isStoppable(options: WaitOptions | undefined): boolean {
  const { signal } = someOptions('options', options, SIGNAL)
  if (signal === undefined) return false
  if (signal !== link()?.signal) {
    throw invalidValue(
      'options.signal',
      'absent, or the `thread.signal` of a supervised thread: a blocked thread cannot see another; ' +
        'use `timeout`, or the asynchronous form',
      signal,
    )
  }
  if (signal.aborted) throw new AbortError(signal.reason)
  return true
}
