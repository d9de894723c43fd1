import type { Operation, QueueModel } from './operation.ts'

export const MOST_OPERATIONS = 12

/**
 * Whether some order of the operations is a run of the queue. The order keeps every operation that ended
 * before another began before it. The search tries orders, as Wing and Gong do, and visits no state twice.
 * With `byTickets` the tickets must be the positions of the run.
 */
export function isLinearizable(history: readonly Operation[], model: QueueModel, byTickets = false): boolean {
  const { length } = history
  if (length > MOST_OPERATIONS) throw new RangeError(`${length} operations are too many to try out`)
  const everything = (1 << length) - 1
  const seen = new Set<string>()

  const completes = (done: number, contents: readonly number[], tail: number, head: number): boolean => {
    if (done === everything) return true
    const state = `${done} ${contents}`
    if (seen.has(state)) return false
    seen.add(state)
    const rest = history.filter((_, index) => (done & (1 << index)) === 0)
    const firstReturn = Math.min(...rest.map(({ returned }) => returned))
    for (const [index, operation] of history.entries()) {
      if ((done & (1 << index)) !== 0 || operation.invoked > firstReturn) continue
      const { kind, ticket } = operation
      const position = kind === 'put' || kind === 'full' ? tail : head
      if (byTickets && ticket !== position) continue
      const next = after(contents, operation, model)
      if (next === undefined) continue
      const stored = kind === 'put' ? 1 : 0
      const taken = kind === 'take' ? 1 : 0
      if (completes(done | (1 << index), next, tail + stored, head + taken)) return true
    }
    return false
  }
  return completes(0, [], 0, 0)
}

/**
 * The items of the queue after `operation`, the next to be taken first; undefined if it cannot have happened.
 */
export function after(
  contents: readonly number[],
  { kind, value }: Operation,
  model: QueueModel,
): readonly number[] | undefined {
  switch (kind) {
    case 'empty':
      return contents.length === 0 ? contents : undefined
    case 'full':
      return contents.length >= model.capacity ? contents : undefined
    case 'take':
      return contents[0] === value ? contents.slice(1) : undefined
    case 'put':
      return contents.length >= model.capacity ? undefined : inserted(contents, value, model)
  }
}

function inserted(
  contents: readonly number[],
  value: number,
  { kind, priorityOf = () => 0 }: QueueModel,
): number[] {
  if (kind === 'lifo') return [value, ...contents]
  if (kind === 'fifo') return [...contents, value]
  const sooner = contents.filter((other) => priorityOf(other) <= priorityOf(value))
  return [...sooner, value, ...contents.slice(sooner.length)]
}
