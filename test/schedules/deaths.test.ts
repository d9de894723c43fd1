import { describe, it } from 'vitest'
import { DEEP, explored, guardian, producer, taker } from './scenario.ts'

const mortal = { mortal: true }
const shallow = DEEP ? 2 : 1

describe('the death of a thread, outside its straight lines', () => {
  it('harms nobody when a producer of 2 beside a consumer dies', async () => {
    const threads = [producer(0, 1, mortal), producer(1, 1), taker(0, 2), guardian(0)]
    await explored(
      '2P1C, a producer dies',
      { maxsize: 2, threads },
      DEEP ? { kills: 1 } : { preemptions: 2, kills: 1 },
    )
  })

  it('harms nobody when the consumer beside 2 producers dies', async () => {
    const threads = [producer(0, 1), producer(1, 1), taker(0, 2, mortal), taker(1, 2), guardian(0)]
    await explored('2P1C and a successor', { maxsize: 2, threads }, { preemptions: shallow, kills: 1 })
  })

  it('harms nobody when a producer of 2 beside 2 consumers dies', async () => {
    const threads = [producer(0, 1, mortal), producer(1, 1), taker(0, 1), taker(1, 1), guardian(0)]
    await explored('2P2C, a producer dies', { maxsize: 2, threads }, { preemptions: shallow, kills: 1 })
  })

  it('harms nobody when a consumer of 2 beside 2 producers dies', async () => {
    const threads = [producer(0, 1), producer(1, 1), taker(0, 1, mortal), taker(1, 1), guardian(0)]
    await explored('2P2C, a consumer dies', { maxsize: 2, threads }, { preemptions: shallow, kills: 1 })
  })
})
