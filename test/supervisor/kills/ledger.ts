import { PLACES } from './places.ts'

/** One delivery, as its thread noted it. */
export interface Delivery {
  readonly number: number
  readonly thread: number
  readonly state: number
  /** The number of restarts before this thread's run. */
  readonly life: number
}

export interface Verdict {
  /** Items stored that no thread finished. */
  readonly lost: number
  /** Items delivered that were never put. */
  readonly unexpected: number
  /** Deliveries beyond an item's first. */
  readonly duplicates: number
  /** Items that threads held when they died or failed. */
  readonly held: number
  /** Items delivered again though their thread lived on, or had settled them. None is allowed. */
  readonly excess: number
}

/**
 * `stored`: puts that returned; `attempted`: puts begun; `isDead`: whether the thread of a delivery died or
 * failed.
 */
export function judge(
  stored: ReadonlySet<number>,
  attempted: ReadonlySet<number>,
  deliveries: readonly Delivery[],
  isDead: (delivery: Delivery) => boolean,
): Verdict {
  const byNumber = new Map<number, Delivery[]>()
  for (const delivery of deliveries) {
    byNumber.set(delivery.number, [...(byNumber.get(delivery.number) ?? []), delivery])
  }
  const { DONE, SETTLED, FAILED } = PLACES
  const mayComeBack = (delivery: Delivery) =>
    delivery.state === FAILED || (delivery.state < SETTLED && isDead(delivery))
  const isDone = ({ state }: Delivery) => state === DONE || state === SETTLED
  let [lost, unexpected, duplicates, excess] = [0, 0, 0, 0]
  for (const number of stored) if (!byNumber.get(number)?.some(isDone)) lost++
  for (const [number, all] of byNumber) {
    if (!attempted.has(number)) unexpected++
    duplicates += all.length - 1
    excess += all.slice(0, -1).filter((each) => !mayComeBack(each)).length
  }
  return { lost, unexpected, duplicates, held: deliveries.filter(mayComeBack).length, excess }
}

export function isSound({ lost, unexpected, duplicates, held, excess }: Verdict): boolean {
  return lost === 0 && unexpected === 0 && excess === 0 && duplicates <= held
}
