import { describe, expect, it } from 'vitest'
import { batchAt, geometryOf, ledgerAt } from '../../src/core/geometry.ts'
import { type Shared, type SharedMemory, someAreAhead, unfinished } from '../../src/core/shared.ts'
import {
  ATTEMPTS,
  BUSY,
  DEAD_LETTER,
  DEAD_LETTERED,
  ENTRIES,
  ENTRY_BYTES,
  FINISHED,
  FULL,
  NOTHING,
  RELEASE,
  RETRY,
  RETURNED,
  SINGLY,
  STALE,
  TAIL,
} from '../../src/core/words/offsets.ts'
import { hasEnded } from '../../src/queue/recovery/end-wait.ts'
import { recover } from '../../src/queue/recovery/reclaim.ts'
import { revokeOne, revokeStale } from '../../src/queue/recovery/revoke.ts'
import { fresh } from './ledgers.ts'

function queue(maxsize: number, hasDeadLetters = false) {
  const geometry = geometryOf({
    maxsize,
    itemBytes: 8,
    maxItemBytes: 8,
    memoryBytes: 0,
    maxThreads: 3,
    maxInFlight: 3,
    maxDeliveries: 0,
    hasDeadLetters,
  })
  const { shared, words } = fresh(geometry, 0)
  for (const index of [0, 1, 2]) shared.core.claim(ledgerAt(geometry, index), index, index + 1)
  const ledger = ledgerAt(geometry, 0)
  return { shared, words, ledger, other: ledgerAt(geometry, 1), core: shared.core }
}

/** `shared`, with a call of `before` before each load. */
function watched({ core, geometry, lot, ...others }: SharedMemory, before: () => void): Shared {
  return {
    core,
    geometry,
    lot,
    wait: () => {},
    nap: () => {},
    safetyTimeoutMs: Number.POSITIVE_INFINITY,
    noteMissedWake: () => {},
    notify: () => {},
    load(at) {
      before()
      return Atomics.load(others.words, at >> 2)
    },
  }
}

const entry = (ledger: number, index: number) => ledger + ENTRIES + index * ENTRY_BYTES

describe('the core refuses', () => {
  it('to call a queue empty that has a slot claimed and not published yet', () => {
    const { core, words, ledger } = queue(2)
    expect(core.take(ledger, entry(ledger, 1))).toBe(NOTHING)
    words[TAIL >> 2] = (words[TAIL >> 2] as number) + 2
    expect(core.take(ledger, entry(ledger, 1))).toBe(BUSY)
  })

  it('a put if the returned items leave no room for it', () => {
    const { core, ledger } = queue(1)
    expect(core.put(ledger, 8)).toBe(0)
    expect(core.take(ledger, entry(ledger, 1))).toBeGreaterThanOrEqual(0)
    expect(core.requeue(ledger, entry(ledger, 1), RETRY)).toBe(0)
    expect(core.put(ledger, 8)).toBe(FULL)
  })

  it('to finish or to requeue an item that the entry no longer holds', () => {
    const { core, shared, ledger } = queue(1)
    core.put(ledger, 8)
    core.take(ledger, entry(ledger, 1))
    expect(core.finish(ledger, entry(ledger, 1))).toBe(0)
    expect(core.finish(ledger, entry(ledger, 1))).toBe(STALE)
    expect(core.requeue(ledger, entry(ledger, 1), RETRY)).toBe(STALE)
    expect(shared.load(ledger + FINISHED)).toBe(1)
  })

  it('to finish several items of which an entry no longer holds one, and finishes none of them', () => {
    const { core, shared, ledger } = queue(2)
    core.put(ledger, 8)
    core.put(ledger, 8)
    const [first, second] = [entry(ledger, 1), entry(ledger, 2)]
    expect(core.takeBatch(ledger, 0, 2, first) >> 1).toBe(2)
    core.finish(ledger, second)
    expect(core.finishBatch(ledger, 2, first)).toBe(STALE)
    expect(shared.load(ledger + FINISHED)).toBe(1)
    expect(core.finish(ledger, first)).toBe(0)
  })

  it('puts of a batch for which the returned items leave no room', () => {
    const { core, shared, ledger } = queue(3)
    const batch = batchAt(shared.geometry, ledger)
    expect(core.putBatch(ledger, batch, 2) >> 1).toBe(2)
    for (const index of [1, 2]) core.take(ledger, entry(ledger, index))
    for (const index of [1, 2]) core.requeue(ledger, entry(ledger, index), RETRY)
    expect(core.putBatch(ledger, batch, 3) >> 1).toBe(1)
    expect(core.putBatch(ledger, batch, 3)).toBe(FULL)
  })

  it('to take several items while one has come back', () => {
    const { core, ledger } = queue(3)
    for (let count = 0; count < 3; count++) core.put(ledger, 8)
    core.take(ledger, entry(ledger, 1))
    core.requeue(ledger, entry(ledger, 1), RETRY)
    expect(core.takeBatch(ledger, 0, 2, entry(ledger, 1))).toBe(SINGLY)
  })
})

describe('a dead-lettered item', () => {
  it.each([RETRY, RELEASE])(
    'is not delivered again if the thread that moves it to the dead letters dies (%i)',
    (verdict) => {
      const { core, words, shared, ledger, other } = queue(2, true)
      core.put(ledger, 8)
      core.take(ledger, entry(ledger, 1))
      core.requeue(ledger, entry(ledger, 1), DEAD_LETTER)
      const cell = core.takeDeadLettered(other, entry(other, 1)) >> 1
      if (verdict === RELEASE) core.requeue(other, entry(other, 1), verdict)
      else recover(shared, 2, 1)
      expect(core.takeReturned(ledger, entry(ledger, 1))).toBe(NOTHING)
      expect(core.takeDeadLettered(ledger, entry(ledger, 1)) >> 1).toBe(cell)
      const { cellsAt, cellBytes } = shared.geometry
      expect((words[(cellsAt + cell * cellBytes + ATTEMPTS) >> 2] as number) & ~DEAD_LETTERED).toBe(1)
    },
  )
})

describe('the end of a queue', () => {
  it('is not reached while an item comes back and another goes to the dead letters', () => {
    // One item is dead-lettered and waits for room among the dead letters; one is held.
    for (let moment = 0; moment < 60; moment++) {
      const { core, shared, ledger, other } = queue(2, true)
      core.put(ledger, 8)
      core.put(ledger, 8)
      core.take(ledger, entry(ledger, 1))
      core.take(ledger, entry(ledger, 2))
      core.requeue(ledger, entry(ledger, 1), DEAD_LETTER)
      core.shut(0)
      let readings = 0
      const ended = hasEnded(
        watched(shared, () => {
          if (readings++ !== moment) return
          core.takeDeadLettered(other, entry(other, 1))
          core.finish(other, entry(other, 1))
          core.requeue(ledger, entry(ledger, 2), RELEASE)
        }),
        ledgerAt(shared.geometry, 2),
      )
      expect(ended, `before reading ${moment}`).toBe(false)
    }
  })
})

describe('the count of unfinished items', () => {
  /** Another thread puts, takes and finishes an item just before load number `moment`. */
  function readWhile(moment: number): { count: number; readings: number } {
    const { core, shared, ledger, other } = queue(2)
    core.put(ledger, 8)
    core.take(ledger, entry(ledger, 1))
    let readings = 0
    const count = unfinished(
      watched(shared, () => {
        if (readings++ !== moment) return
        core.put(other, 8)
        core.take(other, entry(other, 1))
        core.finish(other, entry(other, 1))
      }),
    )
    return { count, readings }
  }

  it('is never 0 while an item is held, whenever another item is put and finished', () => {
    const { readings } = readWhile(-1)
    expect(readings).toBeGreaterThan(3)
    for (let moment = 0; moment < readings; moment++) {
      expect(readWhile(moment).count, `before reading ${moment}`).toBeGreaterThan(0)
    }
  })
})

describe('items that a consumer has fetched ahead and does not begin', () => {
  const fetch = 7

  function fetching() {
    const { core, shared, ledger, other } = queue(6)
    for (let item = 0; item < 6; item++) core.put(ledger, 8)
    const entries = [entry(ledger, 1), entry(ledger, 2), entry(ledger, 3)] as const
    expect(core.takeBatch(ledger, fetch, 3, entries[0]) >> 1).toBe(3)
    return { core, shared, ledger, other, entries }
  }

  it('come back at the second look of another consumer, all of them', () => {
    const { shared, other } = fetching()
    const fetches: number[] = []
    expect(revokeStale(shared, other, fetches)).toBe(false)
    expect(revokeStale(shared, other, fetches)).toBe(true)
    expect(shared.load(RETURNED)).toBe(2)
  })

  it('stay with their thread if that has fetched anew between the looks', () => {
    const { core, shared, ledger, other, entries } = fetching()
    const fetches: number[] = []
    expect(revokeStale(shared, other, fetches)).toBe(false)
    for (const each of entries.slice(1)) expect(core.begin(each)).toBe(1)
    for (const each of entries) expect(core.finish(ledger, each)).toBe(0)
    expect(core.takeBatch(ledger, fetch + 1, 3, entries[0]) >> 1).toBe(3)
    expect(revokeStale(shared, other, fetches)).toBe(false)
    expect(shared.load(RETURNED)).toBe(0)
  })

  it('are looked for no more once all of them are begun, but those of a later fetch are', () => {
    const { core, shared, ledger, other, entries } = fetching()
    for (const each of entries.slice(1)) expect(core.begin(each)).toBe(1)
    expect(someAreAhead(shared)).toBe(true)
    expect(revokeOne(shared, other)).toBe(false)
    expect(someAreAhead(shared)).toBe(false)
    for (const each of entries) core.finish(ledger, each)
    core.takeBatch(ledger, fetch + 1, 3, entries[0])
    core.forgetAhead(ledger, fetch)
    expect(someAreAhead(shared)).toBe(true)
  })
})
