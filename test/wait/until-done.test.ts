import { expect, it } from 'vitest'
import { BUSY, NOTHING } from '../../src/core/index.ts'
import { untilDone } from '../../src/wait/until-done.ts'

it('untilDone returns the first answer that is not BUSY', () => {
  const answers = [BUSY, BUSY, NOTHING, 5]
  expect(untilDone(() => answers.shift() as number)).toBe(NOTHING)
  expect(answers).toEqual([5])
})
