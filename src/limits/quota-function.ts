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
