import { integer, invalidType, type Known, optionsObject, outOfRange } from '../check.ts'

/** How much of one key is granted. */
export interface Quota {
  /** Grants in each interval, 1 to 2^31 - 1, and at most 1,000,000 for each ms of it. */
  readonly limit: number
  /** ms, above 0 to 2^31 - 1. */
  readonly interval: number
  /**
   * Grants that may come at once after a pause, 1 to 2^31 - 1.
   * @default 1
   */
  readonly burst?: number | undefined
}

/** As the lines of the core take it: times in ns. */
export interface CheckedQuota {
  readonly limit: number
  readonly interval: number
  readonly burst: number
  /** The time that one grant pays for. */
  readonly step: number
  /** 0: any number of places. */
  readonly concurrency: number
}

const MAX = 0x7fffffff
const NS = 1e6
const QUOTA: Known<Quota & { concurrency?: number | undefined }> = {
  limit: true,
  interval: true,
  burst: true,
  concurrency: true,
}

/** @throws TypeError, RangeError that name `of` and the property */
export function checkedQuota(
  of: string,
  given: Partial<Quota> & { readonly concurrency?: number | undefined },
): CheckedQuota {
  const limit = integer(`${of}.limit`, given.limit, 1, MAX)
  const { interval } = given
  const range = 'a number of milliseconds above 0, at most 2147483647'
  if (typeof interval !== 'number') throw invalidType(`${of}.interval`, range, interval)
  if (!(interval > 0 && interval <= MAX)) throw outOfRange(`${of}.interval`, range, interval)
  if (limit > interval * NS) {
    throw outOfRange(`${of}.limit`, `at most 1000000 for each ms of the interval of ${interval} ms`, limit)
  }
  return {
    limit,
    interval: Math.ceil(interval * NS),
    burst: integer(`${of}.burst`, given.burst, 1, MAX, 1),
    // Rounded up: with steps that are shorter by a part of a ns, an interval could have one grant more.
    step: Math.ceil((interval * NS) / limit),
    concurrency:
      given.concurrency === undefined ? 0 : integer(`${of}.concurrency`, given.concurrency, 1, MAX),
  }
}

/** Checks what a quota function has answered. */
export function quotaFor(key: string, answer: unknown): CheckedQuota {
  const of = `options.limit: its result for '${key}'`
  if (typeof answer !== 'object' || answer === null)
    throw invalidType(of, 'a quota ({ limit, interval })', answer)
  return checkedQuota(of, optionsObject(of, answer as Quota, QUOTA))
}

/** Says the quota of a key. */
export type QuotaFunction = (key: string) => unknown

/** How another thread finds a quota function. `target` is for whoever loads it. */
export interface QuotaReference {
  /** A `file:` URL. */
  readonly filename: string
  readonly target: unknown
}

let referenceOf: (fn: QuotaFunction) => QuotaReference | undefined = () => undefined

/** From now on `find` says how other threads find a function; undefined if they do not. */
export function findReferencesBy(find: typeof referenceOf): void {
  referenceOf = find
}

/** Undefined if other threads do not find it. */
export function quotaReferenceOf(fn: QuotaFunction): QuotaReference | undefined {
  return referenceOf(fn)
}
