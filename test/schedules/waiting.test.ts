import { describe, it } from 'vitest'
import { RETRY_ONCE } from './actors.ts'
import { DEEP, explored, guardian, joiner, producer, taker } from './scenario.ts'

const mortal = { mortal: true }
const shallow = DEEP ? 2 : 1

describe('sleeping and waking', () => {
  it('wakes each of 2 consumers for the item it waits for', async () => {
    const threads = [producer(0, 2), taker(0, 1), taker(1, 1)]
    await explored('sleep and wake', { maxsize: 1, threads }, { preemptions: DEEP ? 3 : 2 })
  })

  it('releases a join when the last item is finished', async () => {
    const threads = [producer(0, 1), taker(0, 1, mortal), taker(1, 1), joiner(), guardian(0)]
    await explored('join', { maxsize: 1, threads }, { preemptions: shallow, kills: 1 })
  })
})

describe('items that came back', () => {
  it('are delivered again while others put and take, and the bound holds', async () => {
    const threads = [producer(0, 2), taker(0, 1, { manner: RETRY_ONCE }), taker(1, 1)]
    await explored('retry, take, put', { maxsize: 1, threads }, { preemptions: shallow })
  })
})

describe('blocks', () => {
  it('are shared by 2 producers and freed by the consumer', async () => {
    const threads = [producer(0, 1, { bytes: 2 }), producer(1, 1, { bytes: 1 }), taker(0, 2)]
    await explored('blocks', { maxsize: 2, blocks: 2, threads }, { preemptions: 2 })
  })

  it('are free again when the producer that reserved them dies', async () => {
    const threads = [
      producer(0, 1, { bytes: 2, mortal: true }),
      producer(1, 1, { bytes: 1 }),
      taker(0, 1),
      guardian(0),
    ]
    await explored(
      'blocks, a producer dies',
      { maxsize: 2, blocks: 2, threads },
      { preemptions: shallow, kills: 1 },
    )
  })

  it('are free again when the consumer that held their item dies', async () => {
    const threads = [producer(0, 2, { bytes: 2 }), taker(0, 2, mortal), taker(1, 2), guardian(0)]
    await explored(
      'blocks, a consumer dies',
      { maxsize: 2, blocks: 2, threads },
      { preemptions: shallow, kills: 1 },
    )
  })
})
