import { LimitMemory } from '../../../src/core/index.ts'
import { FREE, LOCK, NEXT, PLACES, TICKET } from '../../../src/core/limits/offsets.ts'

export interface HandleData {
  readonly memory: WebAssembly.Memory
  readonly geometry: { readonly maxThreads: number; readonly maxKeys: number }
}

export function memoryOf(handle: unknown): LimitMemory {
  const { memory, geometry } = handle as HandleData
  return new LimitMemory(memory, geometry)
}

/** The faults of the words of a limiter that no thread works on just now; none if it is sound. */
export function faultsOf(memory: LimitMemory): string[] {
  const { words, geometry, fresh, live } = memory
  const faults: string[] = []
  if (words[LOCK >> 2] !== 0) faults.push('the lock is taken')
  let found = 0
  for (let key = 0; key < fresh; key++) {
    if (!memory.isLive(key)) continue
    found++
    let places = 0
    let waiters = 0
    for (let ledger = 0; ledger < geometry.maxThreads; ledger++) {
      const cell = memory.cellAt(ledger, key) >> 2
      places += words[cell + (PLACES >> 2)] as number
      if (words[cell + (TICKET >> 2)] !== 0) waiters++
      if (memory.ownerOf(ledger) === 0 && (words[cell + (PLACES >> 2)] || words[cell + (TICKET >> 2)]))
        faults.push(`key ${key}: the free ledger ${ledger} has something of it`)
    }
    if (places !== memory.usedOf(key)) faults.push(`key ${key}: ${memory.usedOf(key)} used, ${places} held`)
    if (waiters !== memory.waitersOf(key))
      faults.push(`key ${key}: ${memory.waitersOf(key)} counted to wait, ${waiters} wait`)
    if (!isInChain(memory, key)) faults.push(`key ${key}: it is in no chain`)
  }
  if (found !== live) faults.push(`${live} keys are counted, ${found} are live`)
  let free = 0
  for (let key = (words[FREE >> 2] as number) - 1; key >= 0 && free <= fresh; free++)
    key = (words[(memory.keyAt(key) + NEXT) >> 2] as number) - 1
  if (free + found !== fresh) faults.push(`${fresh} keys were used, ${found} are live, ${free} are free`)
  return faults
}

function isInChain(memory: LimitMemory, key: number): boolean {
  let link = memory.bucketAt(memory.hashOf(key))
  for (let looks = 0; looks <= memory.fresh; looks++) {
    const next = memory.follow(link)
    if (next === key) return true
    if (next < 0) return false
    link = memory.linkOf(next)
  }
  return false
}
