import { expect, it } from 'vitest'
import { SharedParkingLot } from '../../src/core/threads/parking-lot.ts'

it('lets nobody sleep on a word of the lot that was read before it was moved', () => {
  const lot = new SharedParkingLot()
  const before = lot.load()
  lot.move()
  expect(lot.load()).not.toBe(before)
  // It would time out, and a reading that fits would sleep.
  lot.wait(before, 60_000)
})
