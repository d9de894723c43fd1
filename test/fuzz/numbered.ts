import { integer, type Option, seed } from '../../scripts/command-line.ts'
import type { Result } from './indexed-run.ts'

/** Options that every script of numbered inputs has. */
export function fromAndSeed(max: number) {
  return {
    from: integer('number of the first one; a number of a seed always begins the same', {
      min: 0,
      max,
      fallback: 0,
    }),
    seed: seed('seed of all numbers'),
  } satisfies Record<string, Option<number>>
}

interface Run {
  /** The option that gives `count`. */
  readonly option: string
  /** The inputs in words. */
  readonly noun: string
  readonly count: number
  readonly from: number
  readonly seed: number
  fuzz(seed: number, from: number, to: number, onProgress: (done: number) => void): Promise<Result>
  /** The lines of a table of the outcomes. */
  tableOf(counts: ReadonlyMap<string, number>): readonly string[]
  /** The verdict if there is no fault. */
  readonly sound: string
}

/** Runs the inputs, prints a table of the outcomes, the faults and a verdict. Returns the exit code. */
export async function runNumbered(run: Run): Promise<number> {
  const { option, noun, count, from, seed, sound } = run
  console.log(`Node ${process.version}; ${count} ${noun} from ${from}; --seed ${seed}`)
  const began = performance.now()
  const { faults, counts } = await run.fuzz(seed, from, from + count, progressTo(from + count, noun))
  for (const line of run.tableOf(counts)) console.log(line)
  for (const { index, text } of faults)
    console.log(`number ${index} of --seed ${seed} (--from ${index} --${option} 1): ${text}`)
  const total = [...counts.values()].reduce((sum, each) => sum + each, 0)
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  const verdict = faults.length === 0 ? sound : `${faults.length} faults`
  console.log(`${total} ${noun} in ${seconds} s: ${verdict}`)
  return faults.length === 0 ? 0 : 1
}

/** Prints a line every 30 s, for runs that take longer. */
function progressTo(total: number, noun: string): (done: number) => void {
  let last = performance.now()
  return (done) => {
    if (performance.now() - last < 30_000) return
    last = performance.now()
    console.log(`${done} of ${total} ${noun}`)
  }
}
