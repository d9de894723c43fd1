/** The statistics of one service. */
export interface Row {
  requests: number
  /** Requests with a status from 500. */
  errors: number
  bytes: number
  /** The sum of the times, and the longest, in ms. */
  ms: number
  longest: number
}

export type Table = Map<string, Row>

export const emptyTable = (): Table => new Map()

/** Parses the lines of a block. @throws SyntaxError that has the line that is no JSON */
export function tableOfBlock(block: Uint8Array): Table {
  const table = emptyTable()
  for (const line of Buffer.from(block.buffer, block.byteOffset, block.length).toString().split('\n')) {
    if (line === '') continue
    const { service, status, bytes, ms } = parsed(line)
    add(table, service, { requests: 1, errors: status >= 500 ? 1 : 0, bytes, ms, longest: ms })
  }
  return table
}

function parsed(line: string): { service: string; status: number; bytes: number; ms: number } {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new SyntaxError(`no JSON: ${line.slice(0, 60)}`, { cause: error })
  }
}

export function merge(into: Table, from: Table): void {
  for (const [service, row] of from) add(into, service, row)
}

function add(table: Table, service: string, row: Row): void {
  const sum = table.get(service)
  if (sum === undefined) {
    table.set(service, { ...row })
    return
  }
  sum.requests += row.requests
  sum.errors += row.errors
  sum.bytes += row.bytes
  sum.ms += row.ms
  sum.longest = Math.max(sum.longest, row.longest)
}

/** The times are whole ms, so the sums do not depend on the order. */
export function sameTables(a: Table, b: Table): boolean {
  const text = (table: Table) => JSON.stringify([...table].sort(([x], [y]) => (x < y ? -1 : 1)))
  return text(a) === text(b)
}

export function tableLines(table: Table): string[] {
  const rows = [...table].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    line('service', ['requests', 'errors', 'MB', 'mean ms', 'longest ms']),
    ...rows.map(([service, { requests, errors, bytes, ms, longest }]) =>
      line(service, [requests, errors, (bytes / 1e6).toFixed(1), (ms / requests).toFixed(1), longest]),
    ),
  ]
}

function line(name: string, cells: readonly (string | number)[]): string {
  return `${name.padEnd(10)}${cells.map((cell) => String(cell).padStart(11)).join('')}`
}
