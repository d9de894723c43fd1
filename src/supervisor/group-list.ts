import { GroupHistory } from './group-history.ts'
import type { Group } from './groups/index.ts'
import { type GroupStats, groupStats } from './report.ts'

/** The groups of a supervisor, in the order of their starts: those with threads, and the record of the others. */
export class GroupList {
  readonly past = new GroupHistory()
  /** The groups whose threads have not all exited. */
  readonly #present: Group[] = []

  get present(): readonly Group[] {
    return this.#present
  }

  /** The groups that are not over. */
  get running(): Group[] {
    return this.#present.filter(({ isOver }) => !isOver)
  }

  get threadsAtWork(): number {
    const members = this.running.flatMap((group) => group.members)
    return members.filter(({ isOver }) => !isOver).length
  }

  /** Figures of all groups, the sums of earlier ones apart. */
  get stats(): GroupStats[] {
    const present = this.#present.map((group) => ({ number: group.number, stats: groupStats(group) }))
    return [...this.past.groups, ...present].sort((a, b) => a.number - b.number).map(({ stats }) => stats)
  }

  add(group: Group): void {
    this.#present.push(group)
  }

  /** The threads of the group have exited. */
  gone(group: Group): void {
    this.past.add(group)
    this.#present.splice(this.#present.indexOf(group), 1)
  }

  /** Resolves when the threads of all groups have exited, those added meanwhile included. */
  async allGone(): Promise<void> {
    for (let [group] = this.#present; group !== undefined; [group] = this.#present) await group.end
  }
}
