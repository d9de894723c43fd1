/** The items of the bench. `make` makes one from a number, `read` turns it back into the number. */

const WORDS = ['easy', 'medium', 'hard']
const IDS = Array.from({ length: 1024 }, (_, index) => `task-${100_000 + index}`)
const TEXTS = Array.from({ length: 1024 }, (_, index) => `what task ${index} is about`)

export const payloads = {
  int32: { make: (value) => value, read: (item) => item },
  object: {
    make: (value) => ({
      id: IDS[value & 1023],
      type: WORDS[value % 3],
      data: TEXTS[value & 1023],
      createdAt: value + 0.5,
    }),
    read: ({ id, type, data, createdAt }) => {
      const value = createdAt - 0.5
      const isWhole = id === IDS[value & 1023] && type === WORDS[value % 3] && data === TEXTS[value & 1023]
      return isWhole ? value : Number.NaN
    },
  },
}

/**
 * A priority, 0 to 2^32 - 1, that has nothing to do with the order of the values (Knuth's multiplicative
 * hash).
 */
export function scattered(value) {
  return Math.imul(value, 2654435761) >>> 0
}
