import { expect, it } from 'vitest'
import { runShapes } from './run-shapes.ts'

it('The memory of a process does not grow over a million shapes', () => {
  const { compiled, growth } = runShapes('shapes', '--expose-gc')
  expect(compiled).toBe(1)
  expect(growth).toBeLessThan(4 << 20)
}, 240_000)
