/** The results of one cell. */
export interface Row {
  readonly label: string
  readonly kills: number
  /** Deaths inside an operation; undefined if that is unknown. */
  readonly inOperation: number | undefined
  readonly inNativeCall: number
  readonly held: number
  readonly duplicates: number
  readonly lost: number
  readonly unexpected: number
  readonly excess: number
  readonly missedWakes: number
  /** ms to redelivery, from the `exit` event; and from the order to end, or from its beginning. */
  readonly sinceExit: readonly number[]
  readonly sinceEnd: readonly number[]
  readonly aborts: number
}

export const NO_ROW: Omit<Row, 'label'> = {
  kills: 0,
  inOperation: 0,
  inNativeCall: 0,
  held: 0,
  duplicates: 0,
  lost: 0,
  unexpected: 0,
  excess: 0,
  missedWakes: 0,
  sinceExit: [],
  sinceEnd: [],
  aborts: 0,
}

const COLUMNS: readonly [title: string, width: number, cell: (row: Row) => string | number][] = [
  ['kills', 6, (row) => row.kills],
  ['in op', 6, (row) => row.inOperation ?? ''],
  ['native', 7, (row) => row.inNativeCall],
  ['held', 6, (row) => row.held],
  ['dup', 6, (row) => row.duplicates],
  ['lost', 5, (row) => row.lost],
  ['unexp', 6, (row) => row.unexpected],
  ['excess', 7, (row) => row.excess],
  ['missed', 8, (row) => row.missedWakes],
  ['exit p50', 9, (row) => quantile(row.sinceExit, 0.5)],
  ['p99', 7, (row) => quantile(row.sinceExit, 0.99)],
  ['end p50', 8, (row) => quantile(row.sinceEnd, 0.5)],
  ['p99', 7, (row) => quantile(row.sinceEnd, 0.99)],
  ['aborts', 7, (row) => row.aborts],
]
const LABEL = 62

export const LEGEND = `in op: deaths inside an operation; native: inside a native call; held: items that the dead had got and not finished
dup: items got again, at most held; excess: items got again whose holder lives; missed: missed wakes
exit: ms from the exit event to the last redelivery (below zero: it came first)
end: ms from the order to end, or from its beginning, to the last redelivery
aborts: processes that V8 aborted because memory was full; their kills were repeated`

export function head(): string {
  return 'operation; way; ...'.padEnd(LABEL) + COLUMNS.map(([title, width]) => title.padStart(width)).join('')
}

export function lineOf(row: Row): string {
  return (
    row.label.padEnd(LABEL) + COLUMNS.map(([, width, cell]) => String(cell(row)).padStart(width)).join('')
  )
}

export function totalOf(rows: readonly Row[]): Row {
  const sum = (key: Exclude<keyof Row, 'label' | 'sinceExit' | 'sinceEnd'>) =>
    rows.reduce((total, row) => total + (row[key] ?? 0), 0)
  return {
    label: 'all',
    kills: sum('kills'),
    inOperation: sum('inOperation'),
    inNativeCall: sum('inNativeCall'),
    held: sum('held'),
    duplicates: sum('duplicates'),
    lost: sum('lost'),
    unexpected: sum('unexpected'),
    excess: sum('excess'),
    missedWakes: sum('missedWakes'),
    sinceExit: rows.flatMap(({ sinceExit }) => sinceExit),
    sinceEnd: rows.flatMap(({ sinceEnd }) => sinceEnd),
    aborts: sum('aborts'),
  }
}

/** True if the row has a count that it must not have. */
export function isWrong({ lost, unexpected, excess, duplicates, held, kills, missedWakes }: Row): boolean {
  return lost + unexpected + excess > 0 || duplicates > held || (kills === 0 && missedWakes > 0)
}

export function quantile(values: readonly number[], share: number): string {
  if (values.length === 0) return ''
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.ceil(share * sorted.length) - 1] as number).toFixed(1)
}
