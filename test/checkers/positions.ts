import { type Operation, show } from './operation.ts'

/**
 * An operation of the ring, with the cells that it exchanged. A take leaves in the slot the cell that a later
 * put finds there.
 */
export interface Exchange extends Operation {
  readonly given: number
  readonly got: number
}

/**
 * The puts and takes with their positions, derived from the cells alone, which any back end shows; or a
 * contradiction.
 *
 * A take has the position of the put of its item. A put finds in its slot the cell that the take one lap
 * before left there; on the first lap that of the layout, with the number of the slot.
 *
 * A cell goes through the same steps repeatedly: a take leaves it, a put finds it, the finder puts it full,
 * another take takes it, and the taker leaves it. The takes leave it in the order of their calls, since each
 * began after its thread had the cell. The puts find it in the order of their returns, since each returned
 * before its thread put the cell again.
 */
export function withPositions(
  history: readonly Exchange[],
  ringSize: number,
  start: number,
): Operation[] | string {
  const calls = history.filter(({ kind }) => kind === 'put' || kind === 'take')
  calls.sort((a, b) => a.invoked - b.invoked)
  const takes = new Map<number, Exchange>()
  const found = new Map<number, Exchange[]>()
  const left = new Map<number, (Exchange | undefined)[]>()
  for (let ahead = 0; ahead < ringSize; ahead++) left.set((start + ahead) & (ringSize - 1), [undefined])
  for (const call of calls) {
    if (call.kind === 'put') listAt(found, call.got).push(call)
    else {
      if (takes.has(call.value)) return `taken twice: ${show(call)}`
      takes.set(call.value, call)
      listAt(left, call.given).push(call)
    }
  }
  const findsAfter = new Map<Exchange | undefined, Exchange[]>()
  for (const [cell, puts] of found) {
    puts.sort((a, b) => a.returned - b.returned)
    for (const [turn, put] of puts.entries()) {
      const leaving = left.get(cell)
      if (leaving === undefined || turn >= leaving.length) return `no take left its cell: ${show(put)}`
      listAt(findsAfter, leaving[turn]).push(put)
    }
  }

  const positions = new Map<Exchange, number>()
  const known: Exchange[] = []
  const place = (put: Exchange, position: number) => {
    positions.set(put, position)
    known.push(put)
  }
  for (const put of findsAfter.get(undefined) ?? []) place(put, (put.got - start) & (ringSize - 1))
  for (let put = known.pop(); put !== undefined; put = known.pop()) {
    const position = positions.get(put) as number
    const take = takes.get(put.value)
    if (take === undefined) continue
    positions.set(take, position)
    for (const next of findsAfter.get(take) ?? []) place(next, position + ringSize)
  }
  const unplaced = calls.find((call) => !positions.has(call))
  if (unplaced !== undefined) return `it follows from nothing: ${show(unplaced)}`
  return calls.map((call) => ({ ...call, ticket: positions.get(call) }))
}

function listAt<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key)
  if (list === undefined) {
    list = []
    lists.set(key, list)
  }
  return list
}
