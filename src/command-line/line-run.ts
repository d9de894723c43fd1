import { pathToFileURL } from 'node:url'
import { type ParallelRun, pipeline } from '../pipelines/index.ts'
import type { MapArguments } from './arguments.ts'
import type { LineSource } from './lines/index.ts'
import { UsageError } from './usage.ts'

/** A run over the lines of a source. @throws UsageError if options exclude each other */
export function lineRun(source: LineSource, args: MapArguments): ParallelRun<unknown> {
  const { file, exportName, threads, window, grain, retries, timeout, unordered } = args
  const task = { filename: pathToFileURL(file), name: exportName }
  const options = { threads, window, grain, retries, timeout, ordered: unordered !== true }
  // A source that opens itself is for this package alone, and no type for others.
  const lines = pipeline(source as unknown as Iterable<unknown>)
  try {
    return args.flat ? lines.flatMap(task, options) : lines.map(task, options)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UsageError(error.message.replace(/^options\.(?=\w)/, '--'))
  }
}
