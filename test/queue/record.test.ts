import { describe, expect, it } from 'vitest'
import { spanOf } from '../../src/codec/index.ts'
import { clearRecord } from '../../src/core/failure-records.ts'
import { deathOf } from '../../src/queue/recovery/death-notes.ts'
import { errorOf, snapshotOf } from '../../src/queue/recovery/error-snapshot.ts'
import { addFailure, readRecord } from '../../src/queue/recovery/failure-history.ts'

class ParseError extends SyntaxError {
  code = 42
}

const outOfMemory = Object.assign(
  new Error('Worker terminated due to reaching memory limit: JS heap out of memory'),
  { code: 'ERR_WORKER_OUT_OF_MEMORY' },
)

/** The failures as read back, after they were written into a failure history between two others. */
function noted(errors: readonly unknown[], bytes = 2048) {
  const span = spanOf(new ArrayBuffer(3 * bytes))
  span.bytes.fill(0x5a)
  const place = { at: bytes, bytes }
  clearRecord(span, bytes)
  for (const error of errors) addFailure(span, place, snapshotOf(error), 3)
  const around = [...span.bytes.subarray(0, bytes), ...span.bytes.subarray(2 * bytes)]
  expect(around.every((byte) => byte === 0x5a)).toBe(true)
  return readRecord(span, place).map(({ error }) => errorOf(error))
}

function deep(message: string, cause?: unknown): ParseError {
  const error = new ParseError(message, { cause })
  error.stack = `SyntaxError: ${message}\n${'    at a function with a long name (file:///some/where.js:1:1)\n'.repeat(100)}`
  return error
}

describe('the failure history of an item', () => {
  it('keeps one error with its class, code, stack and causes', () => {
    const error = new ParseError('no text', { cause: new RangeError('too far', { cause: 'a text' }) })
    const [kept] = noted([error])
    expect(kept).toBeInstanceOf(SyntaxError)
    expect([kept?.constructor.name, kept?.name, kept?.message, kept?.code]).toEqual([
      'ParseError',
      'SyntaxError',
      'no text',
      42,
    ])
    expect(kept?.stack).toBe(error.stack)
    expect(kept?.cause).toBeInstanceOf(RangeError)
    expect(kept?.cause).toMatchObject({ message: 'too far', cause: 'a text' })
  })

  it.each([2048, 1024, 512])(
    'of %i bytes cuts stacks and causes, never class, code and the message’s beginning',
    (bytes) => {
      for (let count = 1; count <= 12; count++) {
        const errors = Array.from({ length: count }, (_, index) =>
          deep(`failure ${index}`, deep('x'.repeat(500), deep('y'.repeat(500)))),
        )
        const kept = noted(errors, bytes)
        expect(kept.length).toBe(Math.min(8, count))
        const last = kept.at(-1)
        expect([last?.message, last?.code, last?.constructor.name]).toEqual([
          `failure ${count - 1}`,
          42,
          'ParseError',
        ])
        for (const [index, each] of kept.slice(0, -1).entries()) {
          expect(each.code).toBe(42)
          expect(`failure ${index}`.startsWith(each.message)).toBe(true)
          expect(each.constructor.name).toBe('ParseError')
        }
      }
    },
  )

  it('keeps the reasons of eight deaths', () => {
    const span = spanOf(new ArrayBuffer(2048))
    const place = { at: 0, bytes: 2048 }
    for (let thread = 1; thread <= 8; thread++) {
      addFailure(span, place, deathOf(thread, { exitCode: 1, thrown: { error: outOfMemory } }), thread)
    }
    const kept = readRecord(span, place).map(({ error }) => errorOf(error))
    for (const [index, each] of kept.entries()) {
      expect(each).toMatchObject({ message: `thread ${index + 1} died while it held the item`, exitCode: 1 })
      expect(each.cause).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY', message: outOfMemory.message })
    }
    expect(kept.length).toBe(8)
  })

  it('accepts any value that was thrown', () => {
    const hostile = new Proxy(new Error('hostile'), {
      get: (target, key) => {
        if (key === 'message' || key === 'stack' || key === 'cause') throw new Error('no')
        return Reflect.get(target, key)
      },
    })
    const circular = new Error('circular')
    circular.cause = circular
    const things = ['text', 5, null, Symbol('sign'), { a: 1 }, Object.create(null), hostile, circular]
    const kept = noted(things)
    expect(kept.every((each) => each instanceof Error && typeof each.stack === 'string')).toBe(true)
    expect(kept.slice(0, 5).map((each) => each.message)).toEqual([
      'text',
      '5',
      'null',
      'Symbol(sign)',
      '{ a: 1 }',
    ])
  })

  it('keeps the code of a DOMException', () => {
    const [kept] = noted([new DOMException('took too long', 'TimeoutError')])
    expect([kept?.name, kept?.message, kept?.code, kept?.constructor.name]).toEqual([
      'TimeoutError',
      'took too long',
      23,
      'DOMException',
    ])
  })
})
