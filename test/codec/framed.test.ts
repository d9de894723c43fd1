import { describe, expect, it } from 'vitest'
import { isFramed } from '../../src/codec/framed.ts'
import { cellCodec, codecs, Frame, framedCodec } from '../../src/codec/index.ts'
import { type Codec, Queue } from '../../src/index.ts'

const framed = <T>(inner: Codec<T>) => framedCodec(inner, cellCodec(inner)) as Codec<Frame<T>>

function frame<T>(fields: Partial<Frame<T>>): Frame<T> {
  return Object.assign(new Frame<T>(), fields)
}

/** The frame after it went through a queue with cells of this size. */
function passed<T>(inner: Codec<T>, sent: Frame<T>, itemBytes = 64): Frame<T> {
  const queue = new Queue<Frame<T>>({ codec: framed(inner), itemBytes, maxItemBytes: 1 << 20 })
  queue.putSync(sent)
  const got = queue.getSync()
  queue.shutdown()
  return got
}

const HEADER = { slot: 0x7ffffffe, generation: 0x7fffff, begin: 127, number: 0x7fffffff }

describe('a frame', () => {
  it('keeps its header and its value', () => {
    const sent = frame({
      ...HEADER,
      kind: 3,
      value: { a: [1, 'two', null, undefined], b: new Map([[1, 2n]]) },
    })
    expect(passed(codecs.structured, sent)).toEqual(sent)
  })

  it('keeps the largest begin and kind apart', () => {
    const sent = frame({ slot: 1, generation: 1, kind: 15, begin: 0x7fffff, number: -1, value: 'x' })
    expect(passed(codecs.structured, sent)).toMatchObject({ kind: 15, begin: 0x7fffff, number: -1 })
  })

  it.each([0, 1, 47, 48, 49, 5000])('has values of %d bytes, in the cell or behind it', (length) => {
    const value = Buffer.alloc(length, 7)
    const got = passed(codecs.bytes, frame({ ...HEADER, kind: 2, value }), 64)
    expect(Buffer.compare(got.value as Uint8Array, value)).toBe(0)
    expect(got).toMatchObject(HEADER)
  })

  it.each([
    ['int32', codecs.int32, -5],
    ['float64', codecs.float64, 0.1],
    ['string', codecs.string, 'ein Wört'],
    ['json', codecs.json, { a: 1 }],
  ] as const)('has values of the codec %s', (_, codec, value) => {
    expect(passed(codec as Codec<unknown>, frame<unknown>({ ...HEADER, kind: 1, value })).value).toEqual(
      value,
    )
  })

  it('has a value of the protocol in the structured form, whatever the codec', () => {
    const value = { error: { name: 'Error' }, step: 1 }
    const got = passed(codecs.int32 as Codec<unknown>, frame<unknown>({ ...HEADER, kind: 16, value }))
    expect(got.value).toEqual(value)
  })

  it('says that its value cannot be decoded, and keeps its header', () => {
    const error = new Error('of the codec')
    const broken = {
      name: 'broken',
      encode: (_: string, target: Uint8Array) => codecs.string.encode('x', target),
      decode: () => {
        throw error
      },
    } as unknown as Codec<string>
    const got = passed(broken, frame<string>({ ...HEADER, kind: 1, value: 'x' }))
    expect(got).toMatchObject({ ...HEADER, value: undefined, broken: { error } })
  })

  it('fails where the codec does not encode its value', () => {
    const queue = new Queue<Frame<number>>({ codec: framed(codecs.int32) })
    expect(() => queue.putSync(frame<number>({ kind: 1, value: 0.5 }))).toThrow()
    expect(queue.size).toBe(0)
  })

  it('is known by its codec only', () => {
    expect([isFramed(framed(codecs.json)), isFramed(codecs.json)]).toEqual([true, false])
  })
})
