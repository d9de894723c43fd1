import { GET, JOIN, MEMORY, PUT, WAITERS } from '../../src/core/words/offsets.ts'
import type { Queue } from '../../src/index.ts'
import { dataOf } from '../../src/queue/attachment/handle.ts'
import { faultsOf } from '../core/cell-places.ts'
import { until } from '../support/deadline.ts'

/**
 * Resolves when the dead threads have left nothing in the queue, all items are finished and its memory is
 * intact. Rejects with the faults. `alive` threads must be attached: this one, and others that sleep in get.
 */
export async function isClean<T>(queue: Queue<T>, alive: number): Promise<void> {
  const { memory, geometry } = dataOf(queue.handle)
  const words = new Int32Array(memory.buffer)
  const rest = () => {
    const stats = queue.stats()
    const waiters = [GET, PUT, MEMORY, JOIN].map((side) => words[(side + WAITERS) >> 2])
    const faults: string[] = []
    if (stats.threads.length !== alive) faults.push(`${stats.threads.length} ledgers, ${alive} threads`)
    if (stats.size !== 0 || stats.held !== 0 || stats.unfinished !== 0)
      faults.push(`size ${stats.size}, held ${stats.held}, unfinished ${stats.unfinished}`)
    if (stats.freeMemoryBytes !== stats.memoryBytes) {
      faults.push(`${stats.memoryBytes - stats.freeMemoryBytes} bytes of blocks are gone`)
    }
    if (waiters.join() !== `${alive - 1},0,0,0`) faults.push(`waiters counted: ${waiters}`)
    return [...faults, ...faultsOf(words, geometry)]
  }
  try {
    await until(() => rest().length === 0, 'nothing is left of the dead')
  } catch (error) {
    throw new Error(`after the death: ${rest().join('; ')}`, { cause: error })
  }
}
