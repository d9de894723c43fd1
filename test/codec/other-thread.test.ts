import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  type CellCodec,
  type CodecDescriptor,
  cellCodec,
  codecDescriptor,
  codecFromDescriptor,
  codecs,
  spanOf,
} from '../../src/codec/index.ts'
import { pair } from './fixtures/pair.ts'

/** Sends `item` to a thread that knows only the descriptor, and reads the item that the thread wrote. */
async function thereAndBack<T>(
  cell: CellCodec<T>,
  descriptor: CodecDescriptor,
  item: T,
  sync: boolean,
): Promise<T> {
  const memory = new SharedArrayBuffer(1 << 15)
  const span = spanOf(memory)
  const length = cell.write(item, span, 0, 1 << 14)
  const worker = new Worker(new URL('./fixtures/resolve-in-thread.mjs', import.meta.url), {
    workerData: { memory, length, descriptor, sync },
  })
  const [answer] = (await once(worker, 'message')) as [{ item: T; length: number }]
  await worker.terminate()
  expect(answer.item).toEqual(item)
  return cell.read(span, 1 << 14, answer.length)
}

describe('a codec in another thread', () => {
  it('is found by the descriptor of a defined codec', async () => {
    const descriptor = codecDescriptor(pair)!
    expect(await thereAndBack(cellCodec(pair), descriptor, [5, 6], false)).toEqual([5, 6])
  })

  it('is loaded synchronously if require can load it', async () => {
    const descriptor = { filename: new URL('./fixtures/point.mjs', import.meta.url).href, name: 'point' }
    const cell = cellCodec(codecFromDescriptor(descriptor))
    expect(await thereAndBack(cell, descriptor, { x: 1, y: 2 }, true)).toEqual({ x: 1, y: 2 })
  })

  it('reads an item that this thread wrote with codecs.structured', async () => {
    const item = {
      id: 1,
      text: 'é日',
      list: [1n, new Date(5), new Map([[1, { id: 2 }]])],
      error: new Error('e'),
    }
    const cell = cellCodec(codecs.structured)
    expect(await thereAndBack(cell, codecDescriptor(codecs.structured)!, item, true)).toEqual(item)
  })
})
