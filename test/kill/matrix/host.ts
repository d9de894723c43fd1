/**
 * A process of its own in which threads are killed, and which must end by itself. Argument: a Job as JSON. Prints one line of JSON
 * a play, or its failure.
 */
import { Random } from '../../support/random.mjs'
import type { Fault } from '../sabotage.ts'
import type { Control } from './cells.ts'
import { type Cell, isFinal, nameOf } from './dimensions.ts'
import { Field, type FieldReport, noReport } from './field.ts'

/** A cell, or a control in which nobody dies. */
export interface Play {
  readonly seed: number
  /** How often; or, of a control, rounds. */
  readonly kills: number
  readonly cell?: Cell
  readonly control?: Control
  /** To see that it is found. */
  readonly fault?: Fault
}

export interface Job {
  readonly plays: readonly Play[]
}

export interface PlayReport extends FieldReport {
  readonly failure?: string
}

/** Kills at one queue, until a new one is made. */
const PER_QUEUE = 25
/** Of a control, besides those who only put or get. */
const LIVING = 3

const codec = (await import(new URL('./fixtures/fused-codec.mjs', import.meta.url).href)) as {
  fused: unknown
}
let field: Field | undefined

async function play({ seed, kills, cell, control, fault }: Play): Promise<FieldReport> {
  const random = new Random(seed)
  const sum = noReport()
  for (let done = 0; done < kills; ) {
    const { kind, topology } = (cell ?? control) as Control
    field = new Field(
      kind,
      topology,
      cell === undefined ? LIVING : Field.victimsOf(cell),
      random,
      codec.fused,
    )
    if (fault !== undefined) field.spoil(fault)
    if (cell === undefined) {
      await field.live(LIVING)
      done++
    } else {
      const most = isFinal(cell) ? done + 1 : Math.min(kills, done + PER_QUEUE)
      while (done < most && !field.isWorn) {
        await field.kill(cell)
        done++
      }
      await field.end()
    }
    for (const [key, value] of Object.entries(field.report)) {
      if (typeof value === 'number') sum[key as 'kills'] += value
    }
    sum.sinceExit.push(...field.report.sinceExit)
    sum.sinceEnd.push(...field.report.sinceEnd)
  }
  return sum
}

for (const each of (JSON.parse(process.argv[2] as string) as Job).plays) {
  const report: PlayReport = await play(each).catch((error: Error) => {
    const name = each.cell === undefined ? `control, ${JSON.stringify(each.control)}` : nameOf(each.cell)
    const cause = error.cause === undefined ? '' : `; ${(error.cause as Error).stack ?? error.cause}`
    const stats = JSON.stringify(field?.stats)
    return { ...noReport(), failure: `${name}; seed ${each.seed}: ${error.stack}${cause}\n${stats}` }
  })
  console.log(JSON.stringify(report))
  // What a failed play left behind would hold the process.
  if (report.failure !== undefined) process.exit(1)
}
