import { expect, it } from 'vitest'
import { SharedParkingLot } from '../../src/core/threads/parking-lot.ts'

it('a thread does not sleep on a word of the parking lot that was read before it was moved', () => {
  const lot = new SharedParkingLot()
  const before = lot.load()
  lot.move()
  expect(lot.load()).not.toBe(before)
  // Returns at once. If the word still had this value, it would sleep until its timeout.
  lot.wait(before, 60_000)
})
