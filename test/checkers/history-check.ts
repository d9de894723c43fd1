import { Cover } from './cover.ts'
import { findStackViolation } from './lifo-check.ts'
import { checkTimes, type Item, type Operation, type QueueModel, show, ticksOf } from './operation.ts'

/**
 * Finds a violation that no linearizable queue can have, from values and times alone. O(n log n). Returns it,
 * or undefined.
 *
 * An item is *certainly* in the queue from the return of its put to the call of its take, *possibly* from the
 * call of its put to the return of its take. A history is refused if
 * - an item was taken that was never put, or twice, or before its put was called;
 * - two items of one priority were put one after the other and taken in the other order, or the first was
 * never taken (FIFO: all items have one priority);
 * - at every moment of a take that its own put allows, an item of a more urgent priority was certainly there;
 * - at every moment of an `empty`, some item was certainly there;
 * - at some moment more than `capacity` items were certainly there;
 * - at every moment of a `full`, fewer than `capacity` items were possibly there;
 * - LIFO: see lifo-check.ts.
 *
 * The check of an `empty` is strict. A ring that reads only its slots would answer `empty` behind a put that
 * has claimed its slot and stalls. This ring reads TAIL after HEAD. It answers NOTHING only if no position
 * was claimed at that moment, else BUSY, and its caller tries again. So `empty`, and `full`, which reads HEAD
 * after TAIL, are true at one moment of the call, counted in claims.
 *
 * A refused history is not linearizable. An accepted history is linearizable for FIFO, and for priorities of
 * which no two are equal, if the capacity is Infinity; else it may not be.
 */
export function findViolation(history: readonly Operation[], model: QueueModel): string | undefined {
  checkTimes(history)
  const items = itemsOf(history)
  if (typeof items === 'string') return items
  return (
    findOrderViolation(items, history, model) ??
    findEmptyViolation(items, history) ??
    findCapacityViolation(items, history, model.capacity)
  )
}

/** The put and the take of each value, or the fault of one of them. */
function itemsOf(history: readonly Operation[]): Item[] | string {
  const puts = new Map<number, Operation>()
  const takes = new Map<number, Operation>()
  for (const operation of history) {
    const { kind, value } = operation
    if (kind === 'put') {
      if (puts.has(value)) throw new RangeError(`the history puts a value twice: ${show(operation)}`)
      puts.set(value, operation)
    } else if (kind === 'take') {
      const other = takes.get(value)
      if (other !== undefined) return `taken twice: ${show(other)}, ${show(operation)}`
      takes.set(value, operation)
    }
  }
  for (const take of takes.values()) {
    const put = puts.get(take.value)
    if (put === undefined) return `taken, but never put: ${show(take)}`
    if (take.returned < put.invoked) return `taken before it was put: ${show(take)}, ${show(put)}`
  }
  return [...puts.values()].map((put) => ({ put, take: takes.get(put.value) }))
}

function findOrderViolation(
  items: readonly Item[],
  history: readonly Operation[],
  { kind, priorityOf = () => 0 }: QueueModel,
): string | undefined {
  if (kind === 'lifo') return findStackViolation(items)
  if (kind === 'fifo') return findOvertaking(items)
  const classes = new Map<number, Item[]>()
  for (const item of items) {
    const priority = priorityOf(item.put.value)
    const equals = classes.get(priority)
    if (equals === undefined) classes.set(priority, [item])
    else equals.push(item)
  }
  const ticks = ticksOf(history)
  const urgent = new Cover(ticks)
  for (const [priority, equals] of [...classes].sort(([a], [b]) => a - b)) {
    for (const { put, take } of equals) {
      if (take === undefined) continue
      if (urgent.covers(Math.max(take.invoked, put.invoked), take.returned)) {
        return `taken while something more urgent than ${priority} was there: ${show(take)}, ${show(put)}`
      }
    }
    const overtaken = findOvertaking(equals)
    if (overtaken !== undefined) return overtaken
    for (const item of equals) urgent.add(...certain(item, ticks))
  }
  return undefined
}

/** Finds an item put after another and taken before it. */
function findOvertaking(items: readonly Item[]): string | undefined {
  const byInvoked = [...items].sort((a, b) => a.put.invoked - b.put.invoked)
  const byReturned = [...items].sort((a, b) => a.put.returned - b.put.returned)
  /** The item taken last among those whose put had returned. */
  let last: Item | undefined
  let before = 0
  for (const item of byInvoked) {
    for (; before < byReturned.length; before++) {
      const earlier = byReturned[before] as Item
      if (earlier.put.returned > item.put.invoked) break
      if (last === undefined || takenAt(earlier) > takenAt(last)) last = earlier
    }
    if (last === undefined || item.take === undefined || takenAt(last) < item.take.returned) continue
    return `overtaken: ${showItem(last)} by ${showItem(item)}`
  }
  return undefined
}

function findEmptyViolation(items: readonly Item[], history: readonly Operation[]): string | undefined {
  const ticks = ticksOf(history)
  const there = new Cover(ticks)
  for (const item of items) there.add(...certain(item, ticks))
  const wrong = history.find(
    ({ kind, invoked, returned }) => kind === 'empty' && there.covers(invoked, returned),
  )
  return wrong === undefined ? undefined : `it was never empty during ${show(wrong)}`
}

function findCapacityViolation(
  items: readonly Item[],
  history: readonly Operation[],
  capacity: number,
): string | undefined {
  const ticks = ticksOf(history)
  const least = new Int32Array(ticks + 1)
  const most = new Int32Array(ticks + 1)
  for (const item of items) {
    const [from, to] = certain(item, ticks)
    if (from < to) count(least, from, to)
    count(most, item.put.invoked, item.take?.returned ?? ticks)
  }
  const lacking = new Cover(ticks)
  let certainly = 0
  let possibly = 0
  for (let moment = 0; moment < ticks; moment++) {
    certainly += least[moment] as number
    possibly += most[moment] as number
    if (certainly > capacity) return `${certainly} items were there after ${moment}, capacity is ${capacity}`
    if (possibly < capacity) lacking.add(moment, moment + 1)
  }
  const wrong = history.find(
    ({ kind, invoked, returned }) => kind === 'full' && lacking.covers(invoked, returned),
  )
  return wrong === undefined ? undefined : `it was never full during ${show(wrong)}`
}

function count(changes: Int32Array, from: number, to: number): void {
  changes[from] = (changes[from] as number) + 1
  changes[to] = (changes[to] as number) - 1
}

/**
 * The interval in which the item certainly was in the queue: to the end of the history, if it was never
 * taken.
 */
function certain({ put, take }: Item, ticks: number): [number, number] {
  return [put.returned, take?.invoked ?? ticks]
}

function takenAt({ take }: Item): number {
  return take?.invoked ?? Number.POSITIVE_INFINITY
}

function showItem({ put, take }: Item): string {
  return `${show(put)}, ${take === undefined ? 'never taken' : show(take)}`
}
