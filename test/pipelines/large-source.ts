import { integer, main, script } from '../../scripts/command-line.ts'
import { runProcess } from '../kill/processes.ts'
import build from '../support/build.ts'

export interface LargeSource {
  readonly mb: number
  readonly lines: number
  readonly results: number
  readonly seconds: number
  readonly peakMb: number
}

/** Sends so many MiB of NDJSON through three stages in a process of its own. */
export async function sendThrough(mb: number, ms: number): Promise<LargeSource> {
  const { output, errors, code } = await runProcess(
    '../pipelines/fixtures/large-source.mjs',
    [String(mb)],
    ms,
  )
  if (code !== 0 || errors !== '') throw new Error(`it ended with ${code}: ${errors}`)
  return JSON.parse(output) as LargeSource
}

const SCRIPT = script({
  command: 'npx tsx test/pipelines/large-source.ts',
  does: 'Sends generated NDJSON through three stages on threads, in order, and prints the peak of the process RSS.',
  options: {
    mb: integer('MiB of NDJSON', { min: 1, max: 1_000_000, fallback: 2048 }),
    limit: integer('MiB of RSS that the process may have', { min: 1, max: 1_000_000, fallback: 300 }),
  },
  example: '--mb 100',
  exit: ['all came through, below the limit', 'a line was lost, or the RSS was above the limit'],
})

if (process.argv[1] === import.meta.filename) {
  await main(SCRIPT, async ({ mb, limit }) => {
    build()
    const { lines, results, seconds, peakMb } = await sendThrough(mb, 3_600_000)
    console.log(
      `Node ${process.version}; ${mb} MiB, ${lines} lines, ${results} results in ${seconds.toFixed(0)} s`,
    )
    console.log(`peak RSS ${peakMb} MiB, of ${limit}`)
    return peakMb <= limit ? 0 : 1
  })
}
