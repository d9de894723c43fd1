import { checkTimes, type Operation, show } from './operation.ts'

/**
 * Whether a history of a bounded FIFO queue is linearizable in the order of its tickets: an exact check.
 * Returns the violation, or undefined. O(n log n).
 *
 * Puts have the tickets 0, 1, 2 …, takes too, and take k returns the item of put k. These orders follow:
 * - put k comes after put k - 1 and after take k - capacity
 * - take k comes after take k - 1 and after put k
 * - an `empty` that saw head k comes between take k - 1 and put k
 * - a `full` that saw tail k comes between put k - 1 and take k - capacity
 *
 * An operation comes no earlier than its call, and than the calls of all before it. In a sweep in that order
 * the latest of these calls must not follow its return.
 */
export function findTicketViolation(history: readonly Operation[], capacity: number): string | undefined {
  checkTimes(history)
  const puts: number[] = []
  const takes: number[] = []
  for (const [index, operation] of history.entries()) {
    const { kind, ticket } = operation
    if (ticket === undefined) throw new RangeError(`it has no ticket: ${show(operation)}`)
    if (kind !== 'put' && kind !== 'take') continue
    const line = kind === 'put' ? puts : takes
    const other = line[ticket]
    if (other !== undefined) {
      return `one ticket for two: ${show(history[other] as Operation)}, ${show(operation)}`
    }
    line[ticket] = index
  }
  for (const line of [puts, takes]) {
    for (let ticket = 0; ticket < line.length; ticket++) {
      if (line[ticket] === undefined)
        return `no operation has ticket ${ticket}, but one has ${line.length - 1}`
    }
  }
  for (const [ticket, index] of takes.entries()) {
    const take = history[index] as Operation
    const put = history[puts[ticket] ?? -1]
    if (put === undefined) return `taken, but nothing was put there: ${show(take)}`
    if (put.value !== take.value) return `another item was put there: ${show(take)}, ${show(put)}`
  }
  for (const operation of history) {
    const { kind, ticket = 0 } = operation
    const [stored, taken] =
      kind === 'put'
        ? [ticket, ticket + 1 - capacity]
        : kind === 'full'
          ? [ticket, ticket - capacity]
          : [0, 0]
    if (kind === 'full' && taken < 0) return `there was still room: ${show(operation)}`
    if (taken > takes.length) return `no room was ever made for it: ${show(operation)}`
    if (stored > puts.length) return `it saw a tail that never was: ${show(operation)}`
    if (kind === 'empty' && ticket > takes.length) return `it saw a head that never was: ${show(operation)}`
  }
  return sweep(history, orderOf(history, puts, takes, capacity))
}

/** The operations that must come directly after each operation. */
function orderOf(
  history: readonly Operation[],
  puts: readonly number[],
  takes: readonly number[],
  capacity: number,
): number[][] {
  const after: number[][] = history.map(() => [])
  const order = (first: number | undefined, second: number | undefined) => {
    if (first !== undefined && second !== undefined) after[first]?.push(second)
  }
  for (const [ticket, put] of puts.entries()) {
    order(puts[ticket - 1], put)
    order(put, takes[ticket])
    order(takes[ticket - capacity], put)
  }
  for (const [ticket, take] of takes.entries()) order(takes[ticket - 1], take)
  for (const [index, { kind, ticket = 0 }] of history.entries()) {
    if (kind === 'empty') {
      order(takes[ticket - 1], index)
      order(index, puts[ticket])
    } else if (kind === 'full') {
      order(puts[ticket - 1], index)
      order(index, takes[ticket - capacity])
    }
  }
  return after
}

function sweep(history: readonly Operation[], after: readonly number[][]): string | undefined {
  const waitsFor = new Int32Array(history.length)
  for (const second of after.flat()) waitsFor[second] = (waitsFor[second] as number) + 1
  /** For each operation, the one called last among those before it and itself. */
  const latest = history.map((operation) => operation)
  const ready = [...history.keys()].filter((index) => waitsFor[index] === 0)
  let swept = 0
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    swept++
    const operation = history[index] as Operation
    const before = latest[index] as Operation
    if (before.invoked > operation.returned) {
      return `called after a later one had returned: ${show(before)}, ${show(operation)}`
    }
    for (const next of after[index] as number[]) {
      if (before.invoked > (latest[next] as Operation).invoked) latest[next] = before
      waitsFor[next] = (waitsFor[next] as number) - 1
      if (waitsFor[next] === 0) ready.push(next)
    }
  }
  if (swept === history.length) return undefined
  const stuck = history.find((_, index) => (waitsFor[index] as number) > 0) as Operation
  return `each would have to come after the other: ${show(stuck)} and others`
}
