import { deepStrictEqual } from 'node:assert'

/** In processes without a test runner. */
export function equal<T>(found: T, expected: T): void {
  deepStrictEqual(found, expected)
}
