import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { type Codec, Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'

it('a thread in which the codec has another byteLength cannot attach', async () => {
  const url = new URL('./fixtures/changing-codec.mjs', import.meta.url)
  const { changing } = (await import(url.href)) as { changing: Codec<number[]> }
  const queue = new Queue<number[]>({ codec: changing, maxsize: 8, itemBytes: 2048 })
  queue.tryPut([1, 2, 3, 4])
  const worker = new Worker(url, { workerData: queue.handle })
  const [answer] = await within(once(worker, 'message'), 'the answer')
  expect(answer).toMatchObject({
    code: 'ERR_CODEC',
    message: expect.stringContaining('has byteLength undefined in this thread'),
  })
  expect(queue.tryGet()).toEqual([1, 2, 3, 4])
})
