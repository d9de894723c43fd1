import { describe, expect, it } from 'vitest'
import { QueueShutDownError, ThreadError } from '../../src/errors.ts'
import { type Ending, joinError } from '../../src/supervisor/join-error.ts'

function failure(text: string, cause?: unknown): ThreadError {
  const details = { group: 'bake', index: 0, threadId: 1, filename: 'file:///bake.js', exportName: 'bake' }
  return new ThreadError(text, details, { cause })
}

const first = failure('no flour')
const second = failure('no water')
const consequence = failure(
  'cannot put',
  new QueueShutDownError("queue 'shelf' is shut down", { cause: first }),
)
const left = new ThreadError("queue 'shelf' still has 1 item")

const QUIET: Ending = {
  failures: [],
  forgotten: 0,
  leftovers: [],
  wasAskedToStop: false,
  abort: undefined,
  destroyedBy: undefined,
}

type Row = [name: string, ending: Partial<Ending>, expected: unknown]

const ROWS: Row[] = [
  ['nothing failed', {}, undefined],
  ['one failure', { failures: [first] }, first],
  ['one failure of two groups', { failures: [first, first] }, first],
  ['a failure, and its consequence', { failures: [consequence, first] }, first],
  ['a consequence whose cause is not known here', { failures: [consequence] }, consequence],
  ['items left', { leftovers: [left] }, left],
  ['items left, since it was asked to stop', { leftovers: [left], wasAskedToStop: true }, undefined],
  ['a failure, and items left', { failures: [first], leftovers: [left] }, first],
  ['destroyed', { failures: [first], destroyedBy: { error: second } }, second],
  ['destroyed with undefined', { failures: [first], destroyedBy: { error: undefined } }, 'undefined'],
  ['destroyed after an abort', { destroyedBy: { error: second }, abort: { reason: 1 } }, second],
]

describe('the error of join', () => {
  it.each<Row>(ROWS)('%s', (_, ending, expected) => {
    const found = joinError({ ...QUIET, ...ending })
    if (expected === undefined) expect(found).toBeUndefined()
    else expect(found).toEqual({ error: expected === 'undefined' ? undefined : expected })
    if (expected instanceof Error) expect(found?.error).toBe(expected)
  })

  it('is an AbortError with the reason of the signal, even after a failure', () => {
    const found = joinError({
      ...QUIET,
      failures: [first],
      wasAskedToStop: true,
      abort: { reason: 'closing time' },
    })
    expect(found?.error).toMatchObject({ name: 'AbortError', cause: 'closing time' })
  })

  it('names all failures, and counts those that are forgotten', () => {
    const found = joinError({ ...QUIET, failures: [first, second], forgotten: 3 })
    expect(found?.error).toMatchObject({
      errors: [first, second],
      message: expect.stringMatching(/^5 failures; the first: no flour$/),
    })
  })
})
