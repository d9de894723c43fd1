import type { GroupQueue } from '../../queue/index.ts'
import { ASKS, PUTS, TAKES } from '../../thread-link.ts'
import type { GroupPlan } from './plan.ts'
import type { Run } from './run.ts'

type Queues = ReadonlySet<GroupQueue>

/**
 * The queues that the threads of a group take from and put into, as far as is known: from the plan, and from
 * the shared words in which its runs note what they do. Nothing is known of queues that were made in its
 * threads, or came there as handles.
 */
export class Flow {
  readonly #plan: GroupPlan
  /** The queues among the arguments and the outputs, as the words of the runs number them. */
  readonly #queues: readonly GroupQueue[]
  /** Bits of Use, by these numbers. */
  readonly #uses: number[]

  constructor(plan: GroupPlan) {
    this.#plan = plan
    this.#queues = [...plan.args.queues, ...plan.outputs]
    this.#uses = this.#queues.map(() => 0)
  }

  /** Reads what a run has done so far: before the run is replaced, and before a question is answered. */
  note(run: Run | undefined): void {
    if (run === undefined) return
    for (const number of this.#queues.keys())
      this.#uses[number] = (this.#uses[number] ?? 0) | run.useOf(number)
  }

  /** The queues from which the group has taken items, and its inputs. */
  get taken(): Queues {
    return new Set([...this.#plan.inputs, ...this.#used(TAKES)])
  }

  /** The queues from which the group takes, or waits for an item. */
  get sources(): Queues {
    return new Set([...this.#plan.inputs, ...this.#used(TAKES | ASKS)])
  }

  /** The queues into which the group puts, or waits for room. */
  get sinks(): Queues {
    return new Set([...this.#plan.outputs, ...this.#plan.closes, ...this.#used(PUTS)])
  }

  /** The group could take, and has neither put nor taken so far. */
  get isUndecided(): boolean {
    const { args, inputs } = this.#plan
    return inputs.length === 0 && args.queues.length > 0 && this.#uses.every((uses) => uses === 0)
  }

  #used(uses: number): readonly GroupQueue[] {
    return this.#queues.filter((_, number) => ((this.#uses[number] ?? 0) & uses) !== 0)
  }
}
