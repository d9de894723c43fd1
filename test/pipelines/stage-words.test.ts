import { describe, expect, it } from 'vitest'
import { MAX_GENERATION, StageWords } from '../../src/core/index.ts'

function opened(generation = 1): StageWords {
  const words = StageWords.create(2)
  words.open(1, generation)
  return words
}

describe('the words of a slot', () => {
  it('count the begins of an item, until it is decided', () => {
    const words = opened()
    expect([words.begin(1, 1), words.begin(1, 1), words.begins(1)]).toEqual([1, 2, 2])
    expect(words.decide(1, 2)).toBe(true)
    expect([words.begin(1, 1), words.begins(1)]).toEqual([0, 2])
  })

  it('say that a later call has begun', () => {
    const words = opened()
    const first = words.begin(1, 1)
    const second = words.begin(1, 1)
    expect([words.decide(1, first), words.decide(1, second)]).toEqual([false, true])
  })

  it('let no item of another generation begin', () => {
    const words = opened(MAX_GENERATION)
    expect([words.begin(1, 1), words.begin(1, MAX_GENERATION)]).toEqual([0, 1])
    words.open(1, 0)
    expect([words.begin(1, MAX_GENERATION), words.begin(1, 0)]).toEqual([0, 1])
  })

  it('number begins from 1 to 127, and then from 1 again', () => {
    const words = opened()
    const begins = Array.from({ length: 256 }, () => words.begin(1, 1))
    expect(begins.every((begin) => begin >= 1 && begin <= 127)).toBe(true)
    expect(begins.slice(126, 128)).toEqual([127, 1])
    expect(words.decide(1, begins.at(-1) as number)).toBe(true)
  })

  it('know a thread that has not left its call', () => {
    const words = opened()
    expect([words.enter(1, 7), words.enter(1, 8), words.thread(1)]).toEqual([0, 7, 8])
    words.leave(1)
    expect([words.thread(1), words.enter(1, 9)]).toEqual([8, 0])
    expect([words.countThrow(1), words.thread(1), words.enter(1, 10)]).toEqual([1, 9, 0])
  })

  it('count failures and deaths, and forget them with the item', () => {
    const words = opened()
    expect([words.countThrow(1), words.countThrow(1), words.countDeath(1), words.throws(1)]).toEqual([
      1, 2, 1, 2,
    ])
    words.open(1, 2)
    expect([words.throws(1), words.countDeath(1), words.enter(1, 1)]).toEqual([0, 1, 0])
  })

  it('are those of one slot', () => {
    const words = opened()
    words.open(0, 3)
    expect([words.begin(1, 1), words.begins(0), words.begin(0, 3)]).toEqual([1, 0, 1])
  })
})

describe('the turn', () => {
  it('keeps outputs of other slots back while it is paused', () => {
    const words = opened()
    words.setTurn(0)
    expect([words.mustKeepBack(0), words.mustKeepBack(1)]).toEqual([false, false])
    words.setPaused(true)
    expect([words.mustKeepBack(0), words.mustKeepBack(1)]).toEqual([false, true])
    words.setTurn(2)
    expect([words.mustKeepBack(0), words.mustKeepBack(1)]).toEqual([true, true])
    words.setTurn(-1)
    expect([words.mustKeepBack(0), words.mustKeepBack(1)]).toEqual([false, false])
    words.setTurn(0)
    words.end()
    expect([words.mustKeepBack(1), words.hasEnded]).toEqual([false, true])
  })

  it('moves the epoch when it changes, and at no other time', () => {
    const words = opened()
    const moves = (change: () => void) => {
      const before = words.epoch
      change()
      return words.epoch - before
    }
    const changes = [
      () => words.setTurn(1),
      () => words.setTurn(1),
      () => words.setPaused(true),
      () => words.setPaused(true),
      () => words.end(),
      () => words.move(),
    ]
    expect(changes.map(moves)).toEqual([1, 0, 1, 0, 1, 1])
  })

  it('lets a thread sleep only on the epoch that it has read', () => {
    const words = opened()
    const { epoch } = words
    words.move()
    // It returns at once: a sleep would last longer than the test.
    words.wait(epoch, 1_000_000)
    expect(words.epoch).toBe(epoch + 1)
  })
})
