import { type Operation, show } from './operation.ts'

/**
 * Whether each consumer gets the items of one producer in the order of that producer's calls. Values are
 * number * `producers` + producer. Returns the violation, or undefined.
 */
export function findDisorder(
  consumers: readonly (readonly Operation[])[],
  producers: number,
): string | undefined {
  for (const history of consumers) {
    const last: (Operation | undefined)[] = []
    const takes = history.filter(({ kind }) => kind === 'take').sort((a, b) => a.invoked - b.invoked)
    for (const take of takes) {
      const producer = take.value % producers
      const before = last[producer]
      if (before !== undefined && before.value >= take.value) {
        return `not in its producer’s order: ${show(before)}, ${show(take)}`
      }
      last[producer] = take
    }
  }
  return undefined
}
