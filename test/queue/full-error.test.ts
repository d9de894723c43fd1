import { describe, expect, it } from 'vitest'
import { codecs, Queue, type QueueOptions } from '../../src/index.ts'

describe('a QueueFullError', () => {
  const bytes = (options: QueueOptions<Uint8Array>) =>
    new Queue<Uint8Array>({ codec: codecs.bytes, name: 'parcels', ...options })

  it('says that the slots were full, and how long the put waited', async () => {
    const queue = bytes({ maxsize: 1 })
    await queue.put(new Uint8Array(1))
    const error = await queue.put(new Uint8Array(1), { timeout: 20 }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: 'ERR_QUEUE_FULL', full: 'slots' })
    expect((error as { waitedMs: number }).waitedMs).toBeGreaterThan(0)
    expect(String(error)).toMatch(/queue 'parcels' stayed full for \d+ ms \(maxsize 1, 1 queued\)/)
  })

  it('says that the budget for long items was used up', async () => {
    const queue = bytes({ maxsize: 8, itemBytes: 8, maxItemBytes: 4096, memoryBytes: 4096 })
    await queue.put(new Uint8Array(4096))
    const error = await queue.put(new Uint8Array(4096), { timeout: 1 }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: 'ERR_QUEUE_FULL', full: 'memory' })
    expect(String(error)).toMatch(/of the budget for long items, 4096 bytes, too little was free/)
  })

  it('says that the put did not wait', () => {
    const queue = bytes({ maxsize: 1, whenFull: 'reject' })
    queue.putSync(new Uint8Array(1))
    expect(() => queue.putSync(new Uint8Array(1))).toThrow(
      expect.objectContaining({ full: 'slots', waitedMs: 0, message: expect.stringMatching(/is full \(/) }),
    )
  })
})
