import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { LineWriter } from '../../src/command-line/lines/line-writer.ts'
import { within } from '../support/deadline.ts'

/** A stream that keeps each write until it is let on. */
class Slow extends Writable {
  readonly writes: string[] = []
  #next: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 1 })
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk.toString())
    this.#next = done
  }

  letOn(): void {
    this.#next?.()
  }
}

describe('a line writer', () => {
  it('writes the lines of a turn at once, when the turn is over', async () => {
    const stream = new Slow()
    const writer = new LineWriter(stream)
    for (const line of ['a', '', 'b']) expect(writer.write(line)).toBeUndefined()
    expect(stream.writes).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(stream.writes).toEqual(['a\n\nb\n'])
    expect(writer.lines).toBe(3)
  })

  it('writes a batch as soon as it is long', () => {
    const stream = new Slow()
    const writer = new LineWriter(stream)
    writer.write('x'.repeat(2 ** 16))
    expect(stream.writes.map((text) => text.length)).toEqual([2 ** 16 + 1])
  })

  it('holds the next line back until the stream has room', async () => {
    const stream = new Slow()
    const writer = new LineWriter(stream)
    const full = writer.write('x'.repeat(2 ** 16))
    expect(full).toBeInstanceOf(Promise)
    let hasRoom = false
    void full?.then(() => {
      hasRoom = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(hasRoom).toBe(false)
    stream.letOn()
    await within(full as Promise<void>, 'the stream has room')
    expect(writer.write('y')).toBeUndefined()
  })

  it('writes what is left at the end, and waits for it', async () => {
    const stream = new Slow()
    const writer = new LineWriter(stream)
    writer.write('a')
    const ended = writer.end({ isToEnd: true })
    expect(stream.writes).toEqual(['a\n'])
    stream.letOn()
    await within(ended, 'the end')
    expect(stream.writableFinished).toBe(true)
  })
})
