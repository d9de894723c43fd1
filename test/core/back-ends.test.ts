import { describe, expect, it } from 'vitest'
import type { Kind } from '../../src/core/geometry.ts'
import * as operations from '../../src/core/operations/index.ts'
import { HEAD, TAIL } from '../../src/core/words/offsets.ts'
import { Random } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'
import { BackEnds } from './back-ends.ts'
import { faultsOf } from './cell-places.ts'
import { STARTS } from './ledgers.ts'
import { LINES, LimitLines } from './limit-lines.ts'
import { randomGeometry } from './random-geometry.ts'
import { OF_KIND, RandomOperations } from './random-operations.ts'

const OPERATIONS = 1_000_000
const SEED = seedOfRun(20_261_123)
const PER_QUEUE = 500
const KINDS = ['fifo', 'lifo', 'priority'] as const
const COMPARED_EVERY = 50

/** The operations that can do something in a queue of this kind. */
function operationsOf(kind: Kind): string[] {
  const ofOthers = KINDS.flatMap((other) => Object.values(OF_KIND[other]) as string[])
  const own = Object.values(OF_KIND[kind]) as string[]
  return Object.keys(operations).filter((name) => {
    // A priority queue keeps returned items in its heap.
    if (name === 'configure' || (kind === 'priority' && name === 'takeReturned')) return false
    return own.includes(name) || !ofOthers.includes(name)
  })
}

/**
 * Runs `step` on one queue of the kind after another, until `count` operations are done. A failure names its
 * seed.
 */
function onManyQueues(
  kind: Kind,
  count: number,
  step: (random: Random, operations: RandomOperations) => void,
  atEnd: (ends: BackEnds, seed: number) => void = () => {},
): Map<string, number> {
  const effects = new Map<string, number>()
  for (let queue = 0; queue * PER_QUEUE < count; queue++) {
    const seed = SEED + queue
    const random = new Random(seed)
    const ends = new BackEnds(randomGeometry(random, kind), random.pick(STARTS))
    const steps = new RandomOperations(ends, random)
    try {
      for (let done = 1; done <= PER_QUEUE; done++) {
        step(random, steps)
        if (done % COMPARED_EVERY === 0) ends.compare()
      }
      steps.unlock()
      ends.compare()
    } catch (error) {
      throw new Error(`with MILLRACE_SEED=${seed}: ${(error as Error).message}`, { cause: error })
    }
    for (const [name, times] of steps.effects) effects.set(name, (effects.get(name) ?? 0) + times)
    atEnd(ends, seed)
  }
  return effects
}

describe.each(KINDS)('the two back ends of a %s queue', (kind) => {
  it('answer the same and leave the same words, in a million random operations', () => {
    const effects = onManyQueues(
      kind,
      OPERATIONS,
      (random, steps) => {
        if (random.once(PER_QUEUE)) steps.shut()
        else steps.step()
      },
      (ends, seed) => expect(faultsOf(ends.words, ends.geometry), `seed ${seed}`).toEqual([]),
    )
    expect([...effects.keys()].sort()).toEqual(operationsOf(kind).sort())
    for (const [name, times] of effects) expect(times, name).toBeGreaterThan(100)
  })

  it('answer the same for damaged words, and neither traps', () => {
    onManyQueues(kind, OPERATIONS / 10, (random, steps) => {
      if (random.once(20)) steps.damage()
      else steps.step()
    })
  })
})

describe('the two back ends of a rate limiter', () => {
  function onManyLimiters(
    count: number,
    step: (lines: LimitLines, random: Random) => void,
  ): Map<string, number> {
    const effects = new Map<string, number>()
    for (let limiter = 0; limiter * PER_QUEUE < count; limiter++) {
      const seed = SEED + limiter
      const random = new Random(seed)
      const lines = new LimitLines(random)
      try {
        for (let done = 1; done <= PER_QUEUE; done++) {
          step(lines, random)
          if (done % COMPARED_EVERY === 0) lines.compare()
        }
      } catch (error) {
        throw new Error(`with MILLRACE_SEED=${seed}: ${(error as Error).message}`, { cause: error })
      }
      for (const [name, times] of lines.effects) effects.set(name, (effects.get(name) ?? 0) + times)
    }
    return effects
  }

  it('answer the same and leave the same words, in a million random operations', () => {
    const effects = onManyLimiters(OPERATIONS, (lines) => lines.step())
    expect([...effects.keys()].sort()).toEqual([...LINES].sort())
    for (const [name, times] of effects) expect(times, name).toBeGreaterThan(100)
  })

  it('answer the same for damaged words, and neither traps', () => {
    onManyLimiters(OPERATIONS / 10, (lines, random) => {
      if (random.once(20)) lines.damage()
      else lines.step()
    })
  })
})

describe('the comparison', () => {
  const ends = () => new BackEnds(randomGeometry(new Random(1), 'fifo'), 0)

  it('finds one word that differs', () => {
    const both = ends()
    both.words[HEAD >> 2] = 2
    expect(() => both.compare()).toThrow('differ: byte 128')
  })

  it('finds an answer that differs', () => {
    const both = ends()
    both.words[TAIL >> 2] = 1
    expect(() => both.run('put', both.geometry.ledgersAt, 1)).toThrow('differ: WebAssembly answers -4')
  })
})
