import type { Explored } from './explore.ts'
import type { Sampled } from './pct.ts'

export interface OfExploration {
  readonly name: string
  /** 'all': all orders. */
  readonly bound: number | 'all'
  readonly explored: Explored
}

export interface OfSampling {
  readonly name: string
  readonly seed: number
  readonly sampled: Sampled
}

/** The totals of many explorations and samplings. */
export class Totals {
  readonly #explorations: OfExploration[] = []
  readonly #samplings: OfSampling[] = []

  addExploration(exploration: OfExploration): void {
    this.#explorations.push(exploration)
  }

  addSampling(sampling: OfSampling): void {
    this.#samplings.push(sampling)
  }

  get schedules(): number {
    return this.#sum(({ schedules }) => schedules)
  }

  /** Names of the configurations explored to the end at a bound of at least `bound`. */
  completeAt(bound: number): string[] {
    return this.#explorations
      .filter((each) => !each.explored.exhausted && (each.bound === 'all' || each.bound >= bound))
      .map(({ name }) => name)
  }

  /** The summary; empty if nothing was explored or sampled. */
  lines(bound: number): string[] {
    return [...this.#sampledLine(), ...this.#exploredLine(bound)]
  }

  #sampledLine(): string[] {
    if (this.#samplings.length === 0) return []
    const seeds = [...new Set(this.#samplings.map(({ seed }) => seed))].join(', ')
    const names = new Set(this.#samplings.map(({ name }) => name))
    const asleep = this.#sum(({ kills }) => kills.asleep)
    const during = this.#sum(({ kills }) => kills.during)
    const between = this.#sum(({ kills }) => kills.between)
    return [
      `schedules: ${count(this.schedules)} by chance (${count(this.#sum(({ walks }) => walks))} random walks, the others PCT), ` +
        `seed ${seeds}, of ${names.size} configurations, ${count(this.#sum(({ steps }) => steps))} steps; ` +
        `virtual kills survived ${count(this.#sum(({ survived }) => survived))}/${count(asleep + during + between)} ` +
        `(asleep ${count(asleep)}, during an operation ${count(during)}, between two ${count(between)})`,
    ]
  }

  #exploredLine(bound: number): string[] {
    if (this.#explorations.length === 0) return []
    const complete = this.completeAt(0)
    const deep = this.completeAt(bound)
    const ofFour = deep.filter((name) => name.startsWith('2P2C'))
    const kills = this.#explorations.reduce((sum, { explored }) => sum + explored.kills, 0)
    const ends = this.#explorations.reduce((sum, { explored }) => sum + explored.ends, 0)
    const states = this.#explorations.reduce((sum, { explored }) => sum + explored.states, 0)
    return [
      `explored to the end: ${complete.length} of ${this.#explorations.length} configurations, ` +
        `${deep.length} of them at preemption bound ${bound} or more (of 2P2C: ${ofFour.join('; ') || 'none'}), ` +
        `${count(states)} states, ${count(ends)} ends; virtual kills survived ${count(kills)}/${count(kills)}`,
    ]
  }

  #sum(figure: (sampled: Sampled) => number): number {
    return this.#samplings.reduce((sum, { sampled }) => sum + figure(sampled), 0)
  }
}

export function count(value: number): string {
  return value.toLocaleString('en-US')
}
