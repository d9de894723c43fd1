import { Worker } from 'node:worker_threads'
import { type Geometry, geometryOf, type Kind, ledgerAt } from '../../src/core/geometry.ts'
import { type Core, configureCore } from '../../src/core/instance.ts'
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
  /** Threads that had an operation begun and not ended when their end was ordered, or when they died. */
  inOperation: number
  /** Memories in which something was half done afterwards; each has seen four kills at most. */
  torn: number
  /** What was wrong with the first of those. */
  fault: string | undefined
}

/**
 * Kills `kills` threads in the hot loop of put and take over the module `bytes`, four at a time. `drops`: a put on the full
 * queue drops the oldest item.
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
    configuration: configuration(geometry),
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
  // Compiled by then by V8's quick compiler at least; which of its compilers, differs from thread to thread.
  const enough = 1 + index ** 4 * 100
  const inLoop = until(() => Atomics.load(progress, 0) > enough, `thread ${index} is in its loop`)
  return {
    worker,
    running: Promise.race([inLoop, failed]),
    inOperation: () => Atomics.load(progress, 1) === 1,
  }
}

/** The arguments of `configure` for this geometry. */
function configuration(geometry: Geometry): number[] {
  let passed: number[] = []
  const recorder = {
    configure: (...args: number[]) => {
      passed = args
    },
  }
  configureCore(recorder as unknown as Core, geometry)
  return passed
}
