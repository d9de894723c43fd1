import { deepStrictEqual } from 'node:assert'

/** An assertion for processes without a test runner. */
export function equal<T>(found: T, expected: T): void {
  deepStrictEqual(found, expected)
}
