/**
 * The product of the dimensions in matrix/dimensions.ts has thousands of possible cells. The selection of
 * matrix/pairwise.ts has every two values that can meet in one cell. Two tables follow: victims with another
 * starter or long items beside one survivor (cells.ts), and the threads of a supervisor
 * (test/supervisor/kills).
 */

import { main, refusal } from '../../scripts/command-line.ts'
import build from '../support/build.ts'
import { alone, matrix, supervised } from './groups.ts'
import { MATRIX_CELLS, POSSIBLE } from './matrix/cells.ts'
import { DIMENSIONS } from './matrix/dimensions.ts'
import { type Options, SCRIPT } from './options.ts'
import { head, isWrong, LEGEND, lineOf, quantile, type Row, totalOf } from './table.ts'

async function run(options: Options): Promise<number> {
  const batches = [...matrix(options), ...alone(options), ...supervised(options)]
  if (batches.length === 0) throw refusal('only', 'a part of the label of a cell', options.only)
  build()
  console.log(`Node ${process.version}; seed ${options.seed}; ${options.kills} kills a cell`)
  console.log(
    `${MATRIX_CELLS.length} of ${POSSIBLE.length} possible cells: every two values that can meet do in one`,
  )
  for (const [dimension, values] of Object.entries(DIMENSIONS)) {
    const counts = values.map((value) => {
      const cells = MATRIX_CELLS.filter((cell) => cell[dimension as keyof typeof cell] === value)
      return `${value} ${cells.length}`
    })
    console.log(`  ${dimension}: ${counts.join(', ')}`)
  }
  console.log(`${LEGEND}\n\n${head()}`)
  const rows: Row[] = []
  let failures = 0
  for (const { labels, run } of batches) {
    try {
      await run((row) => {
        rows.push(row)
        console.log(lineOf(row))
        if (isWrong(row)) failures++
      })
    } catch (error) {
      failures++
      console.log(`FAILED, seed ${options.seed}, among: ${labels.join(' | ')}:\n${(error as Error).message}`)
    }
  }
  const total = totalOf(rows)
  const noted = totalOf(rows.filter(({ inOperation }) => inOperation !== undefined)).kills
  const cells = batches.reduce((count, { labels }) => count + labels.length, 0)
  console.log(`${lineOf(total)}\n`)
  console.log(
    `kills: ${total.kills}; processes that V8 aborted because memory was full, and that were repeated: ${total.aborts}`,
  )
  console.log(`cells that survived: ${rows.filter((row) => !isWrong(row)).length}/${cells}`)
  console.log(
    `landed: ${landed(total)} during an operation or in a native call, of ${noted} of which it is known`,
  )
  console.log(`p99 from the exit event to redelivery: ${summary(total.sinceExit)}`)
  console.log(`p99 from the order or the beginning of the end: ${summary(total.sinceEnd)}`)
  console.log(
    failures === 0
      ? 'no item lost, none unexpected, no thread stuck'
      : `${failures} failed; again: --seed ${options.seed} --only LABEL`,
  )
  return failures === 0 ? 0 : 1
}

function landed({ inOperation, inNativeCall }: Row): number {
  return (inOperation ?? 0) + inNativeCall
}

function summary(times: readonly number[]): string {
  return times.length === 0 ? 'none' : `${quantile(times, 0.99)} ms (of ${times.length})`
}

await main(SCRIPT, run)
