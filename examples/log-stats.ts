/**
 * Statistics of a large log on all cores: blocks of lines go out to threads, small tables come back.
 *
 *   npx tsx examples/log-stats.ts --compare
 *
 *   blocks of the file (main thread) → tableOf (threads) → merged (main thread)
 *
 * Parsing is the work, so the threads get bytes and parse them. An item is a block of many lines, and its
 * result a table of some rows: little is carried between threads for each line.
 */
import { existsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { blocksOf } from './log-stats/blocks.ts'
import { writeLog } from './log-stats/log.ts'
import { emptyTable, merge, sameTables, type Table, tableLines, tableOfBlock } from './log-stats/table.ts'
import { fail } from './shared/command.ts'
import { interruptSignal } from './shared/interrupt.ts'
import { readOptions } from './shared/options.ts'

const NAME = 'log-stats'
const CORES = availableParallelism()

const HELP = `Usage: log-stats [FILE] [options]

Counts requests, errors, bytes and times by service in a log, a JSON object a line with service, status, bytes, ms.
A FILE that does not exist is made first. Default: millrace-log-N.ndjson in the folder for temporary files.

  --lines N    length of a file that is made, 1 to 50000000 (default: 200000)
  --threads N  how many threads parse, 1 to 64 (default: one a core, here ${CORES})
  --compare    also counts in one plain loop, and compares the times
  --help, -h   prints this

Ctrl-C: no more is read, and what was read is reported. Again: at once.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`

interface Given {
  readonly file: string
  readonly lines: number
  readonly threads: number
  readonly compare: boolean
}

async function main({ file, lines, threads, compare }: Given): Promise<void> {
  const isNew = !existsSync(file)
  const signal = interruptSignal()
  console.log(`counting ${file}${isNew ? `, made first, of ${lines} lines` : ''}; threads: ${threads}`)
  if (isNew) await writeLog(file, lines, signal)
  // Loaded here, not above: loading it from TypeScript takes half a second.
  const { parallelMap, warm } = await import('../src/index.ts')
  const { tableOf } = await import('./log-stats/work.ts')
  // The time to start threads is no part of the comparison.
  if (compare) await warm(threads, tableOf)

  const began = performance.now()
  const total = emptyTable()
  // The order of the tables does not matter for a sum.
  const tables = parallelMap(blocksOf(file, signal), tableOf, { threads, ordered: false })
  for await (const table of tables) merge(total, table)
  const elapsed = performance.now() - began

  for (const line of tableLines(total)) console.log(line)
  console.log(`${count(total)} lines on ${threads} threads in ${(elapsed / 1000).toFixed(2)} s`)
  if (compare && !signal.aborted) await comparison(file, total, elapsed)
}

async function comparison(file: string, expected: Table, elapsed: number): Promise<void> {
  const began = performance.now()
  const total = emptyTable()
  for await (const block of blocksOf(file)) merge(total, tableOfBlock(block))
  const alone = performance.now() - began
  if (!sameTables(total, expected)) throw new Error('the plain loop has counted something else')
  console.log(`the same in one plain loop in ${(alone / 1000).toFixed(2)} s`)
  console.log(`speed-up: ${(alone / elapsed).toFixed(2)} on ${CORES} cores`)
}

function count(table: Table): number {
  let lines = 0
  for (const { requests } of table.values()) lines += requests
  return lines
}

const options = readOptions(NAME, HELP, {
  numbers: { lines: [1, 50_000_000, 200_000], threads: [1, 64, CORES] },
  flags: ['compare'],
  most: [1, 'FILE'],
})
if (options !== undefined) {
  const { lines, threads } = options.numbers
  const file = options.files[0] ?? join(tmpdir(), `millrace-log-${lines}.ndjson`)
  await main({ file, lines, threads, compare: options.flags.compare }).catch((error) =>
    fail(NAME, error, error.name === 'AbortError' ? 130 : 1),
  )
}
