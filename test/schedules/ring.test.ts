import { describe, it } from 'vitest'
import { fail } from './invariants.ts'
import { DEEP, type End, explored, guardian, producer, taker } from './scenario.ts'

const mortal = { mortal: true }

/** Where nobody died, every item was delivered and finished once. */
function allDelivered(...items: number[]) {
  return (end: End) => {
    if (end.deaths > 0) return
    for (const id of items) {
      const { delivered, settled } = end.item(id)
      if (delivered !== 1 || settled !== 1)
        fail(`item ${id}: delivered ${delivered} times, finished ${settled} times`)
    }
  }
}

describe('the ring, all interleavings explored', () => {
  for (const maxsize of [1, 2]) {
    it(`passes 2 items from 1 producer to 1 consumer, maxsize ${maxsize}, in all orders`, async () => {
      const threads = [producer(0, 2), taker(0, 2)]
      await explored(`1P1C, maxsize ${maxsize}`, { maxsize, threads, end: allDelivered(1, 2) })
    })
  }

  it('loses nothing when one of 1 producer and 1 consumer dies anywhere, in all orders', async () => {
    const threads = [producer(0, 2, mortal), taker(0, 2, mortal), guardian(0)]
    await explored('1P1C, deaths', { maxsize: 2, threads, end: allDelivered(1, 2) }, { kills: 1 })
    if (DEEP) await explored('1P1C, maxsize 1, deaths', { maxsize: 1, threads }, { kills: 1 })
  })

  it('passes items of 2 producers to 1 consumer, in all orders', async () => {
    const threads = [producer(0, 1), producer(1, 1), taker(0, 2)]
    await explored('2P1C', { maxsize: 2, threads, end: allDelivered(1, 17) })
    if (DEEP) await explored('2P1C, maxsize 1', { maxsize: 1, threads, end: allDelivered(1, 17) })
  })

  it('passes items of 2 producers to 2 consumers', async () => {
    const threads = [producer(0, 1), producer(1, 1), taker(0, 1), taker(1, 1)]
    const bounds = { preemptions: DEEP ? 3 : 2 }
    await explored('2P2C', { maxsize: 2, threads, end: allDelivered(1, 17) }, bounds)
    if (DEEP) await explored('2P2C, maxsize 1', { maxsize: 1, threads, end: allDelivered(1, 17) }, bounds)
  })

  for (const [start, words] of [
    [2 ** 31 - 1, '2^32'],
    [2 ** 30 - 1, '2^31'],
  ] as const) {
    it(`goes on where the position words wrap at ${words}, in all orders`, async () => {
      const threads = [producer(0, 2), taker(0, 2)]
      await explored(`1P1C from ${start}`, { maxsize: 2, start, threads, end: allDelivered(1, 2) })
      await explored(
        `1P1C from ${start}, maxsize 1`,
        { maxsize: 1, start, threads, end: allDelivered(1, 2) },
        DEEP ? {} : { preemptions: 2 },
      )
    })
  }
})
