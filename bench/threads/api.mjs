import { configureCore } from '../../dist/src/core/instance.js'
import * as operations from '../../dist/src/core/operations/index.js'
import { bind } from '../../dist/src/core/words/memory.js'
import { codecs, Queue } from '../../dist/src/index.js'
import { queueOf } from '../../dist/src/queue/attach.js'
import { createDescription } from '../../dist/src/queue/attachment/description.js'
import { Sums, totals } from './totals.mjs'

export function onWebAssembly(data) {
  return rounds(new Queue({ codec: codecs.int32 }), data)
}

export function onAtomics(data) {
  const description = createDescription({ codec: codecs.int32 }, 'fifo')
  const { shared } = description
  bind(shared.memory.buffer)
  configureCore(operations, shared.geometry)
  // Replaces the WebAssembly instance before anything has used it.
  shared.core = operations
  return rounds(queueOf(description), data)
}

function rounds(queue, { items }) {
  return () => {
    const put = new Sums()
    const got = new Sums()
    for (let value = 0; value < items; value++) {
      put.add(value)
      if (!queue.tryPut(value)) throw new Error('put refused')
      got.add(queue.tryGet())
      queue.taskDone()
    }
    return totals(put, got)
  }
}
