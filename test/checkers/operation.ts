/**
 * A call on a queue that has returned. An `empty` is a take that found no item, a `full` a put that found no
 * room.
 */
export interface Operation {
  readonly kind: 'put' | 'take' | 'empty' | 'full'
  /** The item put or taken; -1 for the others. */
  readonly value: number
  readonly invoked: number
  readonly returned: number
  /**
   * The position in the ring, from 0. For an `empty` it is the head that the call saw, for a `full` the tail.
   * Undefined if it is unknown.
   */
  readonly ticket?: number | undefined
}

/** The queue against which a history is checked. Each value is put once. */
export interface QueueModel {
  readonly kind: 'fifo' | 'lifo' | 'priority'
  /** Infinity for a queue without bound. */
  readonly capacity: number
  /** The priority of an item of a priority queue; the lowest is next. */
  readonly priorityOf?: (value: number) => number
}

export interface Item {
  readonly put: Operation
  readonly take: Operation | undefined
}

/**
 * @throws RangeError unless every time is an integer from 0 that no other event has, and every call ends
 * after it begins
 */
export function checkTimes(history: readonly Operation[]): void {
  const taken = new Uint8Array(ticksOf(history))
  for (const operation of history) {
    const { invoked, returned } = operation
    for (const time of [invoked, returned]) {
      if (!Number.isInteger(time) || time < 0 || taken[time] === 1) {
        throw new RangeError(`time ${time} is not one of its own: ${show(operation)}`)
      }
      taken[time] = 1
    }
    if (invoked >= returned) throw new RangeError(`it ends before it begins: ${show(operation)}`)
  }
}

/** All times are below this. */
export function ticksOf(history: readonly Operation[]): number {
  return history.reduce((most, { invoked, returned }) => Math.max(most, invoked, returned), 0) + 1
}

export function show({ kind, value, invoked, returned, ticket }: Operation): string {
  const what = kind === 'put' || kind === 'take' ? `${kind}(${value})` : kind
  return `${what} [${invoked}, ${returned}]${ticket === undefined ? '' : ` at ${ticket}`}`
}
