import { geometryOf, layOut, ledgerAt } from '../../dist/src/core/geometry.js'
import { allocate, configureCore, instantiate } from '../../dist/src/core/instance.js'
import * as operations from '../../dist/src/core/operations/index.js'
import { bind } from '../../dist/src/core/words/memory.js'
import { ENTRIES, ENTRY_BYTES, PAYLOAD } from '../../dist/src/core/words/offsets.js'
import { Sums, totals } from './totals.mjs'

const geometry = geometryOf({
  maxsize: 1024,
  itemBytes: 4,
  maxItemBytes: 4,
  memoryBytes: 0,
  maxThreads: 64,
  maxInFlight: 64,
  maxDeliveries: 0,
  hasDeadLetters: false,
})

export function onWebAssembly(data) {
  const memory = allocate(geometry.bytes)
  return rounds(memory, instantiate(memory, geometry), data)
}

export function onAtomics(data) {
  const memory = allocate(geometry.bytes)
  bind(memory.buffer)
  configureCore(operations, geometry)
  return rounds(memory, operations, data)
}

function rounds(memory, core, { items }) {
  layOut(memory.buffer, geometry)
  const words = new Int32Array(memory.buffer)
  const ledger = ledgerAt(geometry, 0)
  const outgoing = ledger + ENTRIES
  const entry = outgoing + ENTRY_BYTES
  const payloadAt = (cell) => (geometry.cellsAt + cell * geometry.cellBytes + PAYLOAD) >> 2
  return () => {
    const put = new Sums()
    const got = new Sums()
    for (let value = 0; value < items; value++) {
      words[payloadAt(words[outgoing >> 2])] = value
      put.add(value)
      if (core.put(ledger, 4) !== 0) throw new Error('put refused')
      const answer = core.take(ledger, entry)
      if (answer < 0) throw new Error(`take answered ${answer}`)
      got.add(words[payloadAt(answer >> 1)])
      core.finish(ledger, entry)
    }
    return totals(put, got)
  }
}
