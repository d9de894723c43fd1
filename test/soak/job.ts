import type { Way } from './words.ts'

/**
 * Faults that show that a soak can fail: an item is missing in the records, one is held forever, or memory is
 * leaked.
 */
export const SABOTAGES = ['lose', 'hold', 'leak'] as const
export type Sabotage = (typeof SABOTAGES)[number]

/** The settings of one soak. */
export interface Job {
  readonly minutes: number
  readonly deathsPerSecond: number
  readonly seed: number
  readonly threads: number
  /** ms between two balances of the long-lived queues. */
  readonly periodMs: number
  /** ms within which a queue must make progress, or be drained. */
  readonly deadlineMs: number
  /**
   * The soak goes on beyond its time until so many threads have died; default 0. A short soak on a slow
   * machine shows little.
   */
  readonly leastDeaths?: number
  readonly sabotage?: Sabotage | undefined
}

export interface Totals {
  /** Items accounted for. */
  items: number
  duplicates: number
  /** Items that dead threads held. */
  held: number
  lost: number
  unexpected: number
  excess: number
  letters: number
  /** Items that puts dropped to make room. */
  dropped: number
  /** Missed wakes, where the queue counts them. */
  missedWakes: number
  /** Balances of the long-lived queues, and of the short-lived ones. */
  periods: number
  shortLived: number
}

export interface Memory {
  readonly rss: number
  /** Heap of the main thread after a collection, without compiled code. */
  readonly heap: number
  readonly external: number
  readonly arrayBuffers: number
  readonly threads: number
  readonly handles: number
}

/** One line of the table. */
export interface Line extends Totals, Memory {
  readonly minute: number
  readonly perSecond: number
  readonly deaths: Readonly<Record<Way, number>>
}

/** The output of the process, one line of JSON each. */
export type Message =
  | { readonly kind: 'alive' }
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'sample'; readonly minute: number; readonly rss: number; readonly heap: number }
  | { readonly kind: 'failure'; readonly text: string }
  | { readonly kind: 'end' }
