import { clock } from '../../clock.ts'
import type { PipelineStats } from '../options.ts'
import type { PipelineRun } from './pipeline-run.ts'

/** The rate is that of about so many ms. */
const RATE_MS = 5000
const LEAST_INTERVAL_MS = 100

interface Sample {
  readonly at: number
  readonly done: number
}

/** Computes what a run has done, and how fast. */
export class RunStats {
  #run: PipelineRun | undefined
  #startedAt = 0
  /** ms until the run was over. */
  #elapsed: number | undefined
  #samples: Sample[] = []

  begin(run: PipelineRun): void {
    this.#run = run
    this.#startedAt = clock.now()
    this.#samples = [{ at: this.#startedAt, done: 0 }]
  }

  end(): void {
    this.#elapsed = clock.now() - this.#startedAt
  }

  now(): PipelineStats {
    const run = this.#run
    if (run === undefined) return NOTHING
    const { itemsRead: read, itemsDone: done, length: total } = run.source
    const { failed, skipped } = run.failures
    const rate = this.#rateOf(done)
    const left = total === undefined ? undefined : total - done
    return {
      read,
      inFlight: read - done,
      done,
      failed,
      skipped,
      rate,
      eta: left === undefined || (rate === 0 && left > 0) ? undefined : left === 0 ? 0 : (left / rate) * 1000,
      total,
      elapsed: this.#elapsed ?? clock.now() - this.#startedAt,
      threads: run.isOver ? 0 : run.threadsAtWork,
      stages: run.stages,
    }
  }

  /** Over the last seconds; over all of its time once the run is over. */
  #rateOf(done: number): number {
    if (this.#elapsed !== undefined) return this.#elapsed === 0 ? 0 : (done / this.#elapsed) * 1000
    const now = clock.now()
    const last = this.#samples.at(-1) as Sample
    if (now - last.at >= LEAST_INTERVAL_MS) this.#samples.push({ at: now, done })
    while (this.#samples.length > 2 && now - (this.#samples[1] as Sample).at > RATE_MS) this.#samples.shift()
    const first = this.#samples[0] as Sample
    return now === first.at ? 0 : ((done - first.done) / (now - first.at)) * 1000
  }
}

const NOTHING: PipelineStats = Object.freeze({
  read: 0,
  inFlight: 0,
  done: 0,
  failed: 0,
  skipped: 0,
  rate: 0,
  eta: undefined,
  total: undefined,
  elapsed: 0,
  threads: 0,
  stages: [],
})
