import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../src/command-line/lines/line-splitter.ts'
import { Random } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'

function linesOf(...chunks: (string | Uint8Array)[]): string[] {
  const splitter = new LineSplitter()
  const lines = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)))
  return [...lines, ...splitter.end()]
}

/** The bytes in chunks of `size`. */
function chunked(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let start = 0; start < bytes.length; start += size) chunks.push(bytes.subarray(start, start + size))
  return chunks
}

describe('a line splitter', () => {
  it.each<[text: string, lines: string[]]>([
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\nb\n', ['a', '', 'b']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb\n', ['a\rb']],
    ['a\r\r\n', ['a\r']],
    ['\r\n', ['']],
    ['a\r', ['a\r']],
    ['\ufeffa\n\ufeffb\n', ['a', '\ufeffb']],
    ['\ufeff', []],
    ['é\u2028ü\n😀', ['é\u2028ü', '😀']],
  ])('makes lines of %j, wherever its chunks end', (text, lines) => {
    const bytes = Buffer.from(text)
    for (let size = 1; size <= bytes.length + 1; size++) {
      expect(linesOf(...chunked(bytes, size)), `chunks of ${size}`).toEqual(lines)
    }
  })

  it('makes the same lines of random chunks', () => {
    const seed = seedOfRun()
    const random = new Random(seed)
    const below = (bound: number) => random.below(bound)
    for (let round = 0; round < 200; round++) {
      const lines = Array.from({ length: below(30) }, () =>
        Array.from({ length: below(8) }, () => random.pick(['a', 'ß', '€', '😀'])).join(''),
      )
      const bytes = Buffer.from(lines.map((line) => `${line}${below(2) === 0 ? '\n' : '\r\n'}`).join(''))
      expect(linesOf(...chunked(bytes, 1 + below(20))), `seed ${seed}`).toEqual(lines)
    }
  })

  it('replaces bytes that are no UTF-8, also at the end', () => {
    expect(linesOf(Buffer.from([0x61, 0xff, 0x0a, 0xe2, 0x82]))).toEqual(['a\ufffd', '\ufffd'])
  })

  it('makes one line of many chunks', () => {
    const splitter = new LineSplitter()
    const chunk = Buffer.alloc(2 ** 16, 'x')
    for (let count = 0; count < 500; count++) expect(splitter.push(chunk)).toEqual([])
    const [line, ...others] = splitter.push(Buffer.from('\n'))
    expect([line?.length, others]).toEqual([500 * 2 ** 16, []])
  })

  it('refuses a line that is longer than a string can be', () => {
    const splitter = new LineSplitter()
    const chunk = Buffer.alloc(2 ** 26, 'x')
    const pushAll = () => {
      for (let count = 0; count < 9; count++) splitter.push(chunk)
    }
    expect(pushAll).toThrow(/^it is longer than \d+ characters$/)
  })
})
