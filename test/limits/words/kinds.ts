/**
 * A thread asks the machine for these. The names are those of the primitives, and of the methods of Atomics.
 */
export const KINDS = [
  'load',
  'peek',
  'peekFloat',
  'readClock',
  'store',
  'poke',
  'pokeFloat',
  'exchange',
  'cas',
  'add',
  'notify',
  'wait',
  'waitAsync',
  'backOff',
] as const
export type Kind = (typeof KINDS)[number]

/** Kinds up to this one change nothing. */
export const LAST_READ = KINDS.indexOf('readClock')
