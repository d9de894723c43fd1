import { describe, expect, it } from 'vitest'
import { BUSY, NOTHING } from '../../src/core/index.ts'
import { untilDone } from '../../src/wait/until-done.ts'

describe('untilDone', () => {
  it('returns the first answer that is not BUSY', () => {
    const answers = [BUSY, BUSY, NOTHING, 5]
    expect(untilDone(() => answers.shift() as number)).toBe(NOTHING)
    expect(answers).toEqual([5])
  })

  it('throws QueueCorruptError if the operation stays BUSY for seconds', () => {
    expect(() => untilDone(() => BUSY)).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_CORRUPT' }))
  })
})
