import { integer, invalidType, type Known, optionsObject } from '../../check.ts'
import type { PipelineStats } from '../options.ts'
import { BarView, LineView, type ProgressStream } from './progress-view.ts'

/** A run whose progress can be shown: a ParallelRun, a pipeline, and whatever else has these two methods. */
export interface ProgressSource {
  stats(): PipelineStats
  /** 'progress' comes several times a second while the run goes on, and 'end' once when it is over. */
  on(event: 'progress' | 'end', listener: () => void): unknown
}

/** The options of `progressBar`. */
export interface ProgressOptions {
  /**
   * Items in all, 0 to 2^53 - 1.
   * @default the length of the source, where it is known
   */
  readonly total?: number | undefined
  /**
   * The name of the items, in the plural.
   * @default 'items'
   */
  readonly unit?: string | undefined
  /**
   * The stream that it is written to.
   * @default process.stderr
   */
  readonly stream?: ProgressStream | undefined
}

const OPTIONS: Known<ProgressOptions> = { total: true, unit: true, stream: true }

/**
 * Shows the progress of a run on standard error: a bar if that is a terminal, else a line every 10 s; and a
 * line once the run is over. Begins when the run is first read, and ends with it.
 *
 * @example
 * const run = parallelMap(urls, fetchPage, { threads: 4 })
 * progressBar(run)
 * for await (const page of run) await store(page)
 *
 * @throws TypeError if `run` has no progress, or for an unknown or wrong option; RangeError for a wrong total
 */
export function progressBar(run: ProgressSource, options?: ProgressOptions): void {
  if (typeof run?.on !== 'function' || typeof run.stats !== 'function') {
    throw invalidType('run', 'a ParallelRun or a pipeline', run)
  }
  const { total, unit = 'items', stream = process.stderr } = optionsObject('options', options, OPTIONS)
  if (total !== undefined) integer('options.total', total, 0, Number.MAX_SAFE_INTEGER)
  if (typeof unit !== 'string') throw invalidType('options.unit', 'a string', unit)
  if (typeof stream?.write !== 'function') throw invalidType('options.stream', 'a Writable', stream)
  const statsNow = () => (total === undefined ? run.stats() : withTotal(run.stats(), total))
  const view = stream.isTTY ? new BarView(stream, unit) : new LineView(stream, unit)
  run.on('progress', () => view.update(statsNow()))
  run.on('end', () => view.end(statsNow()))
}

function withTotal(stats: PipelineStats, total: number): PipelineStats {
  const left = Math.max(0, total - stats.done)
  return { ...stats, total, eta: stats.rate > 0 ? (left / stats.rate) * 1000 : undefined }
}
