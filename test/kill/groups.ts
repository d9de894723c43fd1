import { CELLS as SUPERVISED, nameOf as supervisedName } from '../supervisor/kills/cells.ts'
import { killInProcess as killSupervised } from '../supervisor/kills/processes.ts'
import { CELLS as ALONE, type Cell as AloneCell, nameOf as aloneName } from './cells.ts'
import { CELLS, CONTROLS } from './matrix/cells.ts'
import { nameOf } from './matrix/dimensions.ts'
import type { Play } from './matrix/host.ts'
import { playInProcess } from './matrix/plays.ts'
import type { Options } from './options.ts'
import { killInProcess } from './processes.ts'
import { NO_ROW, type Row } from './table.ts'

/** Cells that one process plays. */
export interface Batch {
  readonly labels: readonly string[]
  /** Hands over one row a cell. @throws what went wrong, with the seed */
  run(onRow: (row: Row) => void): Promise<void>
}

/** Cells a process: its start costs more than some deaths. */
const TOGETHER = 10
/** ms for a death in the worst case that is not a failure: a busy machine, the wait for memory to be used up. */
const PER_KILL = 10_000

/** Victims with producers and consumers around them that live; and these alone. */
export function matrix({ kills, only, seed }: Options): Batch[] {
  const all: [string, Play][] = [
    ...CONTROLS.map((control): [string, Play] => [
      `control, no kill; ${control.topology}; ${control.kind}`,
      { seed, kills: 1, control },
    ]),
    ...CELLS.map((cell, index): [string, Play] => [nameOf(cell), { seed: seed + index, kills, cell }]),
  ]
  const wanted = all.filter(([label]) => label.includes(only))
  const mayAbort = ([, { cell }]: [string, Play]) => cell?.way === 'memory'
  return [
    ...chunks(
      wanted.filter((each) => !mayAbort(each)),
      TOGETHER,
    ),
    ...chunks(wanted.filter(mayAbort), TOGETHER),
  ].map(
    (plays): Batch => ({
      labels: plays.map(([label]) => label),
      run: async (onRow) => {
        const deadline = 60_000 + plays.length * kills * PER_KILL
        const outcomes = await playInProcess(
          plays.map(([, play]) => play),
          deadline,
        )
        for (const [index, { failure, unknown, ...counts }] of outcomes.entries()) {
          if (failure !== undefined) throw new Error(failure)
          onRow({ ...counts, unexpected: unknown, label: plays[index]?.[0] as string })
        }
      },
    }),
  )
}

/** A victim whose starter may be another thread, long items, one survivor: what the matrix has not. */
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
        const outcomes = await killInProcess({ cells, kills, seed }, 60_000 + cells.length * kills * PER_KILL)
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

/** Threads of a supervisor; what items they held when they died is not noted by operation. */
export function supervised({ kills, only, seed }: Options): Batch[] {
  const label = (index: number) => `supervised: ${supervisedName(SUPERVISED[index] as never)}`
  const rounds = Math.ceil(kills / 4)
  const wanted = [...SUPERVISED.keys()].filter((index) => label(index).includes(only))
  return chunks(wanted, TOGETHER).map(
    (cells): Batch => ({
      labels: cells.map(label),
      run: async (onRow) => {
        const plays = cells.flatMap((index) =>
          Array.from({ length: rounds }, (_, round) => [index, (seed + round) % 18] as const),
        )
        const { lines, aborts } = await killSupervised(plays, seed, 60_000 + plays.length * 3 * PER_KILL)
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
            // Of the whole process.
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
