import { clock } from '../../clock.ts'

/**
 * Times as the core compares them: whole ms of the clock of all threads, in two words, each as a signed
 * number.
 */
export class DueTime {
  readonly high: number
  readonly low: number

  private constructor(ms: number) {
    this.high = Math.floor(ms / 2 ** 32)
    this.low = (ms | 0) ^ 0x80000000
  }

  /** The time at which an item is due that is delayed by `delay` ms from now, rounded up. */
  static after(delay: number): DueTime {
    return new DueTime(Math.ceil(clock.shared() + delay))
  }

  static now(): DueTime {
    return new DueTime(Math.floor(clock.shared()))
  }
}
