/**
 * Positions without a value, in all arrays of an item together. V8 takes 8 bytes for each, and a few bytes
 * can claim any number of them.
 */
export const MAX_HOLES = 2 ** 21
