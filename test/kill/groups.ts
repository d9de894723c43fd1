import { modeOf, CELLS as SUPERVISED, nameOf as supervisedName } from '../supervisor/kills/cells.ts'
import { killInProcess as killSupervised } from '../supervisor/kills/processes.ts'
import { ALONE_CELLS as ALONE, type Cell as AloneCell, nameOf as aloneName } from './cells.ts'
import { CONTROLS, MATRIX_CELLS } from './matrix/cells.ts'
import { nameOf } from './matrix/dimensions.ts'
import type { CellRun } from './matrix/host.ts'
import { runInProcess } from './matrix/processes.ts'
import type { Options } from './options.ts'
import { killInProcess } from './processes.ts'
import { NO_ROW, type Row } from './table.ts'

/** Cells that run in one process. */
export interface Batch {
  readonly labels: readonly string[]
  /** Hands over one row a cell. @throws what went wrong, with the seed */
  run(onRow: (row: Row) => void): Promise<void>
}

/** Cells of one process: its start takes longer than some deaths. */
const TOGETHER = 10
/** The longest that one death may take: the machine may be busy, and memory takes time to fill. */
const PER_KILL_MS = 10_000

/** The matrix: victims beside producers and consumers that survive, and controls without a victim. */
export function matrix({ kills, only, seed }: Options): Batch[] {
  const all: [string, CellRun][] = [
    ...CONTROLS.map((control): [string, CellRun] => [
      `control, no kill; ${control.topology}; ${control.kind}`,
      { seed, kills: 1, control },
    ]),
    ...MATRIX_CELLS.map((cell, index): [string, CellRun] => [
      nameOf(cell),
      { seed: seed + index, kills, cell },
    ]),
  ]
  const wanted = all.filter(([label]) => label.includes(only))
  const mayAbort = ([, { cell }]: [string, CellRun]) => cell?.way === 'memory'
  return [
    ...chunks(
      wanted.filter((each) => !mayAbort(each)),
      TOGETHER,
    ),
    ...chunks(wanted.filter(mayAbort), TOGETHER),
  ].map(
    (runs): Batch => ({
      labels: runs.map(([label]) => label),
      run: async (onRow) => {
        const deadline = 60_000 + runs.length * kills * PER_KILL_MS
        const outcomes = await runInProcess(
          runs.map(([, each]) => each),
          deadline,
        )
        for (const [index, { failure, unknown, ...counts }] of outcomes.entries()) {
          if (failure !== undefined) throw new Error(failure)
          onRow({ ...counts, unexpected: unknown, label: runs[index]?.[0] as string })
        }
      },
    }),
  )
}

/** Deaths that the matrix lacks: another thread starts the victim, items are long, or one thread survives. */
export function alone({ kills, only, seed }: Options): Batch[] {
  const label = (index: number) => {
    const cell = ALONE[index] as AloneCell
    return `alone: ${aloneName(cell)}; ${cell.way}`
  }
  const wanted = [...ALONE.keys()].filter((index) => label(index).includes(only))
  const mayAbort = (index: number) => ALONE[index]?.way === 'memory'
  return [
    ...chunks(
      wanted.filter((index) => !mayAbort(index)),
      TOGETHER,
    ),
    ...chunks(wanted.filter(mayAbort), TOGETHER),
  ].map(
    (cells): Batch => ({
      labels: cells.map(label),
      run: async (onRow) => {
        const outcomes = await killInProcess(
          { cells, kills, seed },
          60_000 + cells.length * kills * PER_KILL_MS,
        )
        for (const { cell, rounds, failure, aborts } of outcomes) {
          if (failure !== undefined) throw new Error(failure)
          const sum = (key: 'landed' | 'held' | 'duplicates' | 'lost' | 'unexpected' | 'excess') =>
            rounds.reduce((total, round) => total + round[key], 0)
          onRow({
            ...NO_ROW,
            label: label(cell),
            kills: rounds.length * (ALONE[cell] as AloneCell).victims,
            inOperation: sum('landed'),
            held: sum('held'),
            duplicates: sum('duplicates'),
            lost: sum('lost'),
            unexpected: sum('unexpected'),
            excess: sum('excess'),
            sinceExit: rounds.flatMap(({ sinceExit }) => sinceExit ?? []),
            sinceEnd: rounds.flatMap(({ sinceOrder }) => sinceOrder ?? []),
            aborts,
          })
        }
      },
    }),
  )
}

/** Threads of a supervisor. Their deaths are not counted by operation. */
export function supervised({ kills, only, seed }: Options): Batch[] {
  const label = (index: number) => `supervised: ${supervisedName(SUPERVISED[index] as never)}`
  const rounds = Math.ceil(kills / 4)
  const wanted = [...SUPERVISED.keys()].filter((index) => label(index).includes(only))
  return chunks(wanted, TOGETHER).map(
    (cells): Batch => ({
      labels: cells.map(label),
      run: async (onRow) => {
        const runs = cells.flatMap((index) =>
          Array.from({ length: rounds }, (_, round) => {
            const turn = seed + round
            return [index, turn % 18, modeOf(SUPERVISED[index] as never, turn)] as const
          }),
        )
        const { lines, aborts } = await killSupervised(runs, seed, 60_000 + runs.length * 3 * PER_KILL_MS)
        for (const [place, index] of cells.entries()) {
          const own = lines.filter(({ cell }) => cell === index)
          const failure = own.find((line) => line.failure !== undefined)?.failure
          if (failure !== undefined) throw new Error(failure)
          const reports = own.flatMap(({ report }) => report ?? [])
          const sum = (key: 'deaths' | 'held' | 'duplicates' | 'lost') =>
            reports.reduce((total, report) => total + report[key], 0)
          onRow({
            ...NO_ROW,
            label: label(index),
            kills: sum('deaths'),
            inOperation: undefined,
            held: sum('held'),
            duplicates: sum('duplicates'),
            lost: sum('lost'),
            // The process counts them together.
            aborts: place === 0 ? aborts : 0,
          })
        }
      },
    }),
  )
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )
}
