import { type Known, Lane, type Rules } from './lane.ts'
import type { Failure } from './outcome.ts'
import { backoff, mayTryAgain, type RetryRules } from './retries.ts'
import { originOf } from './urls.ts'

export interface LanesOptions {
  /** The rules of an origin, or the reason why they are not known. */
  readonly rulesOf: (origin: string) => Promise<Rules | Failure>
  readonly retries: RetryRules
  /** Calls back after so many ms, unless the frontier is stopped before. */
  readonly later: (ms: number, then: () => void) => void
  /** A lane may have become ready. */
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

/** Origins whose robots.txt is asked for at a time. */
const MAX_ASKING = 16

/** All that is queued, by origin. An origin is asked for its robots.txt when its first URL is queued. */
export class Lanes {
  readonly #options: LanesOptions
  readonly #lanes = new Map<string, Lane>()
  /** Lanes that have something queued; the one that was served last is the last. */
  readonly #queued = new Set<Lane>()
  readonly #toAsk: Lane[] = []
  #asking = 0

  constructor(options: LanesOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#queued.size === 0
  }

  size(): number {
    let size = 0
    for (const lane of this.#queued) size += lane.size
    return size
  }

  of(url: string): Lane {
    const origin = originOf(url)
    let lane = this.#lanes.get(origin)
    if (lane === undefined) {
      lane = new Lane(origin)
      this.#lanes.set(origin, lane)
    }
    return lane
  }

  push(known: Known): void {
    const { lane } = known
    lane.push(known)
    this.#queued.add(lane)
    if (lane.isAsked) return
    lane.isAsked = true
    this.#toAsk.push(lane)
    this.#askNext()
  }

  /** Takes the next URL whose host may be asked now, or has been given up. */
  shift(): Known | undefined {
    let [best, lowest]: [Lane | undefined, number] = [undefined, Number.POSITIVE_INFINITY]
    for (const lane of this.#queued) {
      if (!lane.hasRoom()) continue
      const depth = lane.depth()
      if (depth < lowest) [best, lowest] = [lane, depth]
    }
    const known = best?.shift()
    if (best === undefined || known === undefined) return undefined
    this.#queued.delete(best)
    if (best.size > 0) this.#queued.add(best)
    return known
  }

  /** Takes all that is queued. */
  drain(): Known[] {
    const all: Known[] = []
    for (const lane of this.#queued) all.push(...lane.drain())
    this.#queued.clear()
    return all
  }

  #askNext(): void {
    while (this.#asking < MAX_ASKING) {
      const lane = this.#toAsk.shift()
      if (lane === undefined) return
      if (lane.size === 0) continue
      this.#asking++
      this.#ask(lane)
        .catch(this.#options.onError)
        .finally(() => {
          this.#asking--
          this.#askNext()
          this.#options.onChange()
        })
    }
  }

  async #ask(lane: Lane): Promise<void> {
    const { rulesOf, retries, later } = this.#options
    for (let attempt = 1; ; attempt++) {
      const answer = await rulesOf(lane.origin)
      if ('refusal' in answer) {
        lane.rules = answer
        return
      }
      if (!mayTryAgain(answer, attempt, retries)) {
        lane.givenUp = { ...answer, mayPass: false }
        return
      }
      await new Promise<void>((resolve) => later(backoff(answer, attempt, retries), resolve))
    }
  }
}
