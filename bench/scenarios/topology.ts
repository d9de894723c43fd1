export interface Topology {
  readonly producers: number
  readonly consumers: number
}

export const TOPOLOGIES: readonly Topology[] = [
  { producers: 1, consumers: 1 },
  { producers: 1, consumers: 2 },
  { producers: 2, consumers: 1 },
  { producers: 2, consumers: 2 },
  { producers: 4, consumers: 4 },
]

export function topologyName({ producers, consumers }: Topology): string {
  return `${producers}P${consumers}C`
}

export function topologyPicture({ producers, consumers }: Topology): string {
  const rows = Math.max(producers, consumers)
  return Array.from({ length: rows }, (_, row) => {
    const left = row < producers ? `P ─${joint(row, producers, '┤', '┘')}` : '    '
    const right = row < consumers ? `${joint(row, consumers, '├', '└')}─▶ C` : ''
    return row === 0 ? `${left}─▶ queue ─${right}` : `${left}          ${right}`.trimEnd()
  }).join('\n')
}

function joint(row: number, count: number, middle: string, last: string): string {
  if (count === 1) return '─'
  if (row === 0) return '┬'
  return row === count - 1 ? last : middle
}
