import type { Queue } from '../../queue/index.ts'
import { ASKS, PUTS, TAKES } from '../../thread-link.ts'
import type { GroupPlan } from './group.ts'
import type { Run } from './run.ts'

type Queues = ReadonlySet<Queue<unknown>>

/**
 * Which queues the threads of a group take from and put into, as far as has been seen: their runs tell in
 * shared words. Of queues that were made in its threads, or came there as handles, nothing is known.
 */
export class Flow {
  readonly #plan: GroupPlan
  /** Those among the arguments, and the one it produces for: as numbered in the words of its runs. */
  readonly #queues: readonly Queue<unknown>[]
  /** Bits of Use, by these numbers. */
  readonly #uses: number[]

  constructor(plan: GroupPlan) {
    const { args, queue, role } = plan
    this.#plan = plan
    this.#queues = role === 'produce' && queue !== undefined ? [...args.queues, queue] : args.queues
    this.#uses = this.#queues.map(() => 0)
  }

  /** Before a run is replaced, and before a question is answered. */
  note(run: Run | undefined): void {
    if (run === undefined) return
    for (const number of this.#queues.keys())
      this.#uses[number] = (this.#uses[number] ?? 0) | run.useOf(number)
  }

  /** It has taken items from these, or is there to do so. */
  get taken(): Queues {
    return this.#of(TAKES, 'consume')
  }

  /** It takes from these, or waits for an item. */
  get sources(): Queues {
    return this.#of(TAKES | ASKS, 'consume')
  }

  /** It puts into these, or waits for room. */
  get sinks(): Queues {
    return this.#of(PUTS, 'produce')
  }

  /** It could take, and has neither put nor taken so far. */
  get isUndecided(): boolean {
    const { args, role } = this.#plan
    return role !== 'consume' && args.queues.length > 0 && this.#uses.every((uses) => uses === 0)
  }

  /** Those with one of these uses, and the queue of its own if it has this role. */
  #of(uses: number, role: GroupPlan['role']): Queues {
    const { queue } = this.#plan
    const found = this.#queues.filter((_, number) => ((this.#uses[number] ?? 0) & uses) !== 0)
    return new Set(queue !== undefined && this.#plan.role === role ? [queue, ...found] : found)
  }
}

/** The one it produces for or takes from, and those among its arguments; each once. */
export function queuesOf({ queue, args }: GroupPlan): readonly Queue<unknown>[] {
  return [...new Set(queue === undefined ? args.queues : [queue, ...args.queues])]
}
