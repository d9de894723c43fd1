/** Marks of lists and optional types, the same in every copy of this library. */
export const ARRAY: unique symbol = Symbol.for('millrace.record.array')
export const OPTIONAL: unique symbol = Symbol.for('millrace.record.optional')
