import type { WaitOptions } from '../options/index.ts'

/**
 * Items taken one by one and settled by their entry, whatever the queue's `ack`: what `consume` needs,
 * without an object for each item. Each entry is settled once: finished, given back to be delivered again, or
 * given up.
 */
export interface LeaseSource<T> {
  /** An entry, or 0 if there is none now. @throws QueueShutDownError, TooManyInFlightError */
  tryLease(): number
  /** Blocks the thread for at most `timeout` ms. @throws as tryLease; QueueEmptyError, AbortError */
  leaseSync(timeout: number): number
  /** @throws as leaseSync */
  lease(options?: WaitOptions): Promise<number>
  /** @throws CodecError: the entry is settled, its item given up */
  read(entry: number): T
  /** Deliveries begun, this one included. */
  attempts(entry: number): number
  /** The last thread that held the item has died. */
  isSuspect(entry: number): boolean
  finish(entry: number): void
  /** `delay` in ms; default 0: at once. */
  again(entry: number, error: unknown, delay?: number): void
  giveUp(entry: number, error: unknown): void
  /** Delivered again at once, and this delivery not counted. */
  uncounted(entry: number): void
}
