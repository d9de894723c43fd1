import { type ProgressSource, progressBar } from '../pipelines/index.ts'
import type { MapArguments } from './arguments.ts'
import { openInput, openOutput } from './files.ts'
import { lineRun } from './line-run.ts'
import { type Format, ITEM_OF_LINE, LineSource, LineWriter, lineOfResult } from './lines/index.ts'
import { Notices } from './notices.ts'
import { endOnOutputError } from './output-errors.ts'
import { handleStopSignals } from './signals.ts'
import { tableOf } from './statistics.ts'

/** The fault that ends the command with exit code 1. */
interface Fault {
  /** The number of the line that failed; undefined for another fault. */
  readonly line: number | undefined
  readonly error: unknown
}

/** Runs `millrace map`. Returns its exit code. @throws UsageError if it is called wrongly */
export async function map(args: MapArguments): Promise<number> {
  const input = await openInput(args.input)
  const output = openOutput(args.output, args.input)
  const notices = new Notices({ isQuiet: args.quiet === true })
  const format: Format = args.ndjson ? 'ndjson' : 'lines'
  let fault: Fault | undefined
  /** Returns whether the run goes on. */
  const lineFailed = (line: number, error: unknown): boolean => {
    if (args['on-error'] === 'skip') {
      notices.skip(line, error)
      return true
    }
    fault ??= { line, error }
    return false
  }
  /** With --filter: the lines of the items under way, by index. */
  const lines = new Map<number, string>()
  const source = new LineSource(input.stream, {
    itemOf: ITEM_OF_LINE[format],
    onBadLine: lineFailed,
    onReadError: (error) => {
      fault ??= { line: undefined, error: new Error(`${input.name}: ${error.message}`) }
    },
    onItem: args.filter ? (index, line) => lines.set(index, line) : undefined,
  })
  const run = lineRun(source, args)
  const writer = new LineWriter(output.stream)
  if (!output.isStandard) endOnOutputError(output.stream, output.name, () => notices.clear())

  const signals = handleStopSignals((exitCode) => {
    process.exitCode = exitCode
    if (!args.quiet) notices.say('stopping: lines under way are finished; a second signal ends them')
    source.stop()
  })
  if (isProgressShown(args, output.isStandard)) {
    progressBar(withEstimate(run, source, input.bytes), { unit: 'lines' })
    notices.hasBar = true
  }

  try {
    for await (const result of run.outcomes()) {
      const line = lines.get(result.index)
      lines.delete(result.index)
      let text: string
      try {
        if ('error' in result) throw result.error
        if (args.filter) {
          if (!result.value) continue
          text = line as string
        } else text = lineOfResult(result.value, format)
      } catch (error) {
        if (lineFailed(source.lineOf(result.index), error)) continue
        break
      }
      const full = writer.write(text)
      if (full !== undefined) await full
    }
  } catch (error) {
    fault ??= { line: undefined, error }
  }
  source.stop()
  await writer.end({ isToEnd: !output.isStandard })
  notices.hasBar = false
  notices.end()
  if (fault !== undefined) notices.fail(fault.line, fault.error)
  if (args.stats) {
    const { taken: read } = source
    const { lines: written } = writer
    process.stderr.write(tableOf({ read, written, skipped: notices.skipped, stats: run.stats() }))
  }
  return signals.exitCode ?? (fault === undefined ? 0 : 1)
}

/** Progress is drawn where it does not meet text: results, or lines that somebody types. */
function isProgressShown(args: MapArguments, isStandardOutput: boolean): boolean {
  const { stdin, stdout, stderr } = process
  if (args.quiet || !stderr.isTTY) return false
  const isTyped = args.input === undefined && stdin.isTTY
  return !isTyped && !(isStandardOutput && stdout.isTTY)
}

/** The run, with a total that is estimated from the bytes of the input. */
function withEstimate(run: ProgressSource, source: LineSource, bytes: number | undefined): ProgressSource {
  if (bytes === undefined) return run
  return {
    stats() {
      const stats = run.stats()
      const total = source.estimate(bytes)
      if (total === undefined) return stats
      const eta = stats.rate > 0 ? (Math.max(0, total - stats.done) / stats.rate) * 1000 : undefined
      return { ...stats, total, eta }
    },
    on: (event, listener) => run.on(event, listener),
  }
}
