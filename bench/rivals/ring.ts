import { RingBuffer } from 'ringbuf.js'
import { type Job, LoopWorkers } from '../loop-workers.ts'
import type { Contender } from '../scenarios/scenario.ts'

const CAPACITY = 1024

/** The RingBuffer of ringbuf.js, of one producer and one consumer. Its threads poll: it has no waits. */
export function ring(name: string, batch: number, items: number): Contender {
  return {
    name,
    items,
    start() {
      const memory = RingBuffer.getStorageForCapacity(CAPACITY, Int32Array)
      const data = { memory, batch, share: items, first: 0 }
      const jobs = ['producer', 'consumer'].map((role): Job => ({ file: 'ring', role, data }))
      return LoopWorkers.start(name, jobs, items)
    },
  }
}
