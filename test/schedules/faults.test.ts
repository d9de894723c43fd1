import { describe, expect, it } from 'vitest'
import type { Bounds } from './explore.ts'
import { fail } from './invariants.ts'
import { closer, type End, guardian, producer, run, type Scenario, taker, UNTIL_END } from './scenario.ts'
import type { Fault } from './transform.ts'

const RING = 'core/ring.ts'
const WORD = 920

async function findingOf(scenario: Scenario, faults: readonly Fault[], bounds: Bounds): Promise<string> {
  await run(scenario, bounds)
  try {
    await run({ ...scenario, faults }, bounds)
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

describe('a deliberate fault is found', () => {
  const pair = { maxsize: 2, threads: [producer(0, 2), taker(0, 2)] }

  it('where an item is published before its cell stands in the slot', async () => {
    const exchange = 'if (cas(TAIL, tail, tail + 2) !== tail) return BUSY'
    const late = 'store(slot, tail | 1)\n  return needsWake(GET)'
    const early = [
      { file: RING, find: exchange, replace: `${exchange}\n  store(slot, tail | 1)` },
      { file: RING, find: late, replace: 'return needsWake(GET)' },
    ]
    expect(await findingOf(pair, early, { preemptions: 2 })).toMatch(
      /two places|never put|race|finished twice/,
    )
  })

  it('where a slot is freed before its cell was taken out', async () => {
    const exchange = 'if (cas(HEAD, head, head + 2) !== head) return BUSY\n  poke(slot + SLOT_CELL, spare)'
    const freed = 'store(slot, head + ((ringMask + 1) << 1))'
    const early = [
      { file: RING, find: exchange, replace: exchange.replace('\n', `\n  ${freed}\n`) },
      { file: RING, find: `${freed}\n  return (full << 1)`, replace: 'return (full << 1)' },
    ]
    const small = { maxsize: 1, threads: [producer(0, 2), taker(0, 2)] }
    expect(await findingOf(small, early, { preemptions: 2 })).toMatch(/two places|never put|race/)
  })

  it('where a thread sleeps without looking again', async () => {
    const file = 'wait/blocking.ts'
    const skipped = [
      { file, find: 'let lapsed = false', replace: 'let lapsed = false\n    let looked = false' },
      { file, find: 'next = attempt()', replace: 'next = looked ? attempt() : side\n        looked = true' },
    ]
    expect(await findingOf(pair, skipped, { preemptions: 2 })).toMatch(/sleeps, and there is/)
  })

  it('where positions are compared without their wrap', async () => {
    const right = '(load(slotAt(oldest)) - oldest - ((ringMask + 1) << 1)) | 0'
    const wrong = [{ file: RING, find: right, replace: right.replace(' | 0', '') }]
    expect(await findingOf({ ...pair, start: 2 ** 30 - 1 }, wrong, { preemptions: 2 })).toMatch(/stuck/)
  })

  it('where the closed flag has a word of its own', async () => {
    const looks = 'const tail = load(TAIL)\n  if ((tail & SHUT) !== 0) return CLOSED'
    const apart = [
      { file: 'core/shutdown.ts', find: 'or(TAIL, SHUT)', replace: `or(${WORD}, SHUT)` },
      {
        file: RING,
        find: looks,
        replace: `if (load(${WORD}) !== 0) return CLOSED\n  const tail = load(TAIL)`,
      },
      {
        file: RING,
        find: 'return (tail & SHUT) !== 0 ? CLOSED',
        replace: `return load(${WORD}) !== 0 ? CLOSED`,
      },
      {
        file: 'core/shared.ts',
        find: '(shared.load(TAIL) & SHUT) !== 0',
        replace: `shared.load(${WORD}) !== 0`,
      },
    ]
    const end = (at: End) => void (at.item(1).accepted === at.item(1).settled || fail('an item is stranded'))
    const scenario = { maxsize: 2, threads: [producer(0, 1), closer(false), taker(0, UNTIL_END)], end }
    expect(await findingOf(scenario, apart, { preemptions: 2 })).toMatch(/stranded/)
  })

  it('where threads can die inside a straight line', async () => {
    const threads = [producer(0, 1, { mortal: true }), taker(0, 1), guardian(0)]
    const torn = run({ maxsize: 2, threads, tears: true }, { kills: 1 })
    await expect(torn).rejects.toThrow()
  })
})
