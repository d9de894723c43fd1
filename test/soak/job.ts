import type { Way } from './words.ts'

/**
 * Faults that show that a soak can fail: an item is kept from the itemCounts; one is held for ever; memory is
 * kept.
 */
export const SABOTAGES = ['lose', 'hold', 'leak'] as const
export type Sabotage = (typeof SABOTAGES)[number]

/** What the process of a soak is to do. */
export interface Job {
  readonly minutes: number
  readonly deathsPerSecond: number
  readonly seed: number
  readonly threads: number
  /** ms between two balances of the longLived queues. */
  readonly period: number
  /** ms within which a queue must go on, or be drained. */
  readonly maxSleepMs: number
  /**
   * It goes on beyond its time until so many have died; default 0. On a slow machine a short time shows
   * little.
   */
  readonly leastDeaths?: number
  readonly sabotage?: Sabotage | undefined
}

export interface Totals {
  /** Items accounted for. */
  items: number
  duplicates: number
  /** What the dead had in hand. */
  held: number
  lost: number
  unexpected: number
  excess: number
  letters: number
  /** Items that puts dropped to make room. */
  dropped: number
  /** Wakes that came too late to be the rule, where the queue counts them. */
  missedWakes: number
  /** Balances drawn: of the longLived queues, and of shortLived. */
  periods: number
  shortLived: number
}

export interface Memory {
  readonly rss: number
  /** Of the main thread, after a collection, without compiled code. */
  readonly heap: number
  readonly external: number
  readonly arrayBuffers: number
  readonly threads: number
  readonly handles: number
}

/** One line of a soak. */
export interface Line extends Totals, Memory {
  readonly minute: number
  readonly perSecond: number
  readonly deaths: Readonly<Record<Way, number>>
}

/** What the process says, a line of JSON each. */
export type Message =
  | { readonly kind: 'alive' }
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'sample'; readonly minute: number; readonly rss: number; readonly heap: number }
  | { readonly kind: 'failure'; readonly text: string }
  | { readonly kind: 'end' }
