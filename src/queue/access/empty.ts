/** "Nothing there": what `tryGet` returns, since `undefined` and `null` are ordinary items. */
export const EMPTY: unique symbol = Symbol.for('millrace.EMPTY')
