import { expect, it } from 'vitest'
import { setLatest } from '../../src/latest.ts'

it('keeps the latest 1024 entries, oldest first', () => {
  const map = new Map<number, string>()
  for (let key = 0; key < 3000; key++) setLatest(map, key, 'first')
  setLatest(map, 2000, 'second')
  expect([...map.keys()]).toEqual(Array.from({ length: 1024 }, (_, index) => 3000 - 1024 + index))
  expect(map.get(2000)).toBe('second')
})
