import { PLACES } from './places.ts'

/** One delivery, as the thread that had it noted it. */
export interface Delivery {
  readonly number: number
  readonly thread: number
  readonly state: number
  /** How often whatever started the thread had been started again. */
  readonly life: number
}

export interface Verdict {
  /** Stored, and done by nobody. */
  readonly lost: number
  /** Delivered, though never put. */
  readonly unexpected: number
  /** Deliveries beyond an item's first. */
  readonly duplicates: number
  /** What threads had and had not settled when they died, or failed. */
  readonly held: number
  /** Delivered again though whoever had it lived on or had settled it: allowed never. */
  readonly excess: number
}

/** `stored`: puts that returned; `attempted`: puts begun; `isDead`: whether the thread of a delivery died or failed. */
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
