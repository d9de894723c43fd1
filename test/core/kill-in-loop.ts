import { Worker } from 'node:worker_threads'
import { CONFIGURATION } from '../../src/core/configuration.ts'
import { type Geometry, geometryOf, type Kind, ledgerAt } from '../../src/core/geometry.ts'
import { ENTRIES, ENTRY_BYTES } from '../../src/core/words/offsets.ts'
import { until, within } from '../support/deadline.ts'
import { faultsOf } from './cell-places.ts'
import { fresh, STARTS } from './ledgers.ts'
import { OF_KIND } from './random-operations.ts'

const THREADS = 4

/** A deep heap, so that its sifts take long. */
const SIZES = { fifo: 3, lifo: 3, priority: 1000 }

function geometryFor(kind: Kind, dropsOldest: boolean): Geometry {
  return geometryOf({
    kind,
    maxsize: SIZES[kind],
    itemBytes: 8,
    maxItemBytes: 8,
    memoryBytes: 0,
    maxThreads: THREADS,
    maxInFlight: 1,
    maxDeliveries: 0,
    hasDeadLetters: false,
    dropsOldest,
  })
}

export interface KillReport {
  kills: number
  /** Threads that were inside an operation when they were terminated, or when they died. */
  inOperation: number
  /** Memories with faults afterwards; each had four kills. */
  torn: number
  /** The first fault of the first of those. */
  fault: string | undefined
}

/**
 * Kills `kills` threads in the hot loop of put and take over the module `bytes`, four at a time. `drops`: a
 * put on the full queue drops the oldest item.
 */
export async function killInLoop(
  bytes: Uint8Array,
  kills: number,
  kind: Kind = 'fifo',
  drops = false,
): Promise<KillReport> {
  const geometry = geometryFor(kind, drops)
  const module = new WebAssembly.Module(bytes)
  const report: KillReport = { kills: 0, inOperation: 0, torn: 0, fault: undefined }
  for (let round = 0; report.kills < kills; round++) {
    const { shared, words } = fresh(geometry, STARTS[round % STARTS.length] as number)
    const threads = Array.from({ length: THREADS }, (_, index) =>
      start(module, shared.memory, geometry, index),
    )
    let ordered: boolean[] = []
    try {
      await Promise.all(threads.map((thread) => thread.running))
      ordered = threads.map((thread) => thread.inOperation())
    } finally {
      await within(Promise.all(threads.map(({ worker }) => worker.terminate())), 'the end of the threads')
    }
    report.kills += THREADS
    report.inOperation += threads.filter((thread, index) => ordered[index] || thread.inOperation()).length
    const faults = faultsOf(words, geometry)
    if (faults.length > 0) report.torn++
    report.fault ??= faults[0]
  }
  return report
}

function start(module: WebAssembly.Module, memory: WebAssembly.Memory, geometry: Geometry, index: number) {
  const progress = new Int32Array(new SharedArrayBuffer(8))
  const ledger = ledgerAt(geometry, index)
  const entry = ledger + ENTRIES + ENTRY_BYTES
  const workerData = {
    module,
    memory,
    configuration: CONFIGURATION.map((setting) => setting.of(geometry)),
    names: OF_KIND[geometry.kind],
    drops: geometry.dropsOldest,
    keysAt: geometry.keysAt,
    index,
    ledger,
    entry,
    at: progress.buffer,
  }
  const worker = new Worker(new URL('./fixtures/hot-loop.mjs', import.meta.url), { workerData, execArgv: [] })
  const failed = new Promise<never>((_, reject) => worker.once('error', reject))
  // The loop is compiled by then, by a different one of V8's compilers from thread to thread.
  const enough = 1 + index ** 4 * 100
  const inLoop = until(() => Atomics.load(progress, 0) > enough, `thread ${index} is in its loop`)
  return {
    worker,
    running: Promise.race([inLoop, failed]),
    inOperation: () => Atomics.load(progress, 1) === 1,
  }
}
