/** The items that tasks are called with. */

export interface Item {
  readonly index: number
  /** Turns of the task's loop. */
  readonly turns: number
  readonly text?: string
  readonly bytes?: Uint8Array
}

/** The arguments beside the two numbers: none, a string of 4096 letters, or as many bytes. */
export const ARGUMENTS = ['small', 'text', 'bytes'] as const
export type Arguments = (typeof ARGUMENTS)[number]

const LENGTH = 4096
const TEXT = 'a task of a bench'.repeat(LENGTH).slice(0, LENGTH)
const BYTES = new Uint8Array(LENGTH).fill(7)
const MORE = { small: {}, text: { text: TEXT }, bytes: { bytes: BYTES } } as const

/** Makes items, the `index`-th with as many turns as `turnsOf` says. */
export function itemsOf(count: number, turnsOf: (index: number) => number, more: Arguments): Item[] {
  return Array.from({ length: count }, (_, index) => ({ index, turns: turnsOf(index), ...MORE[more] }))
}
