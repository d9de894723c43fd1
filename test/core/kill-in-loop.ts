import { Worker } from 'node:worker_threads'
import { CONFIGURATION } from '../../src/core/configuration.ts'
import { type Geometry, geometryOf, type Kind, ledgerAt } from '../../src/core/geometry.ts'
import { ENTRIES, ENTRY_BYTES, MAX_BATCH } from '../../src/core/words/offsets.ts'
import { until, within } from '../support/deadline.ts'
import { faultsOf, faultsOfLedgers } from './cell-places.ts'
import { fresh, STARTS } from './ledgers.ts'
import { OF_KIND } from './random-operations.ts'

const THREADS = 4

/** A deep heap, so that its sifts take long. */
const SIZES = { fifo: 3, lifo: 3, priority: 1000 }

/**
 * The threads put and take one item at a time; or they put, take and finish several at once; or they fetch
 * several, and begin them while other threads revoke them.
 */
export type Loop = 'singly' | 'batches' | 'ahead'

function geometryFor({ kind = 'fifo', drops = false, loop = 'singly' }: LoopOptions): Geometry {
  return geometryOf({
    kind,
    maxsize: loop === 'singly' ? SIZES[kind] : 12,
    itemBytes: 8,
    maxItemBytes: 8,
    memoryBytes: 0,
    maxThreads: THREADS,
    maxInFlight: loop === 'singly' ? 1 : MAX_BATCH,
    maxDeliveries: 0,
    hasDeadLetters: false,
    dropsOldest: drops,
  })
}

export interface KillReport {
  kills: number
  /** Threads that were inside an operation when they were terminated, or when they died. */
  inOperation: number
  /** Items that were taken together with another one, and items that were revoked. */
  together: number
  revoked: number
  /** Memories with faults afterwards; each had four kills. */
  torn: number
  /** The first fault of the first of those. */
  fault: string | undefined
}

export interface LoopOptions {
  /** @default 'fifo' */
  readonly kind?: Kind
  /** A put on the full queue drops the oldest item. @default false */
  readonly drops?: boolean
  /** @default 'singly' */
  readonly loop?: Loop
}

/** Kills `kills` threads in a hot loop over the module `bytes`, four at a time. */
export async function killInLoop(
  bytes: Uint8Array,
  kills: number,
  options: LoopOptions = {},
): Promise<KillReport> {
  const geometry = geometryFor(options)
  const module = new WebAssembly.Module(bytes)
  const report: KillReport = { kills: 0, inOperation: 0, together: 0, revoked: 0, torn: 0, fault: undefined }
  for (let round = 0; report.kills < kills; round++) {
    const { shared, words } = fresh(geometry, STARTS[round % STARTS.length] as number)
    const threads = Array.from({ length: THREADS }, (_, index) =>
      start(module, shared.memory, geometry, options.loop ?? 'singly', index),
    )
    let ordered: boolean[] = []
    try {
      await Promise.all(threads.map((thread) => thread.running))
      ordered = threads.map((thread) => thread.inOperation())
    } finally {
      await within(Promise.all(threads.map(({ worker }) => worker.terminate())), 'the end of the threads')
    }
    report.kills += THREADS
    report.together += threads.reduce((sum, { progress }) => sum + Atomics.load(progress, 2), 0)
    report.revoked += threads.reduce((sum, { progress }) => sum + Atomics.load(progress, 3), 0)
    report.inOperation += threads.filter((thread, index) => ordered[index] || thread.inOperation()).length
    const faults = [...faultsOf(words, geometry), ...faultsOfLedgers(words, geometry)]
    if (faults.length > 0) report.torn++
    report.fault ??= faults[0]
  }
  return report
}

function start(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  geometry: Geometry,
  loop: Loop,
  index: number,
) {
  const progress = new Int32Array(new SharedArrayBuffer(16))
  const ledgers = Array.from({ length: THREADS }, (_, thread) => ledgerAt(geometry, thread))
  const workerData = {
    module,
    memory,
    configuration: CONFIGURATION.map((setting) => setting.of(geometry)),
    names: OF_KIND[geometry.kind],
    loop,
    drops: geometry.dropsOldest,
    keysAt: geometry.keysAt,
    index,
    ledgers,
    entries: ledgers.map((ledger) =>
      Array.from(
        { length: geometry.maxInFlight },
        (_, number) => ledger + ENTRIES + (1 + number) * ENTRY_BYTES,
      ),
    ),
    at: progress.buffer,
  }
  const worker = new Worker(new URL('./fixtures/hot-loop.mjs', import.meta.url), { workerData, execArgv: [] })
  const failed = new Promise<never>((_, reject) => worker.once('error', reject))
  // The loop is compiled by then, by a different one of V8's compilers from thread to thread.
  const enough = 1 + index ** 4 * 100
  const inLoop = until(() => Atomics.load(progress, 0) > enough, `thread ${index} is in its loop`)
  return {
    worker,
    progress,
    running: Promise.race([inLoop, failed]),
    inOperation: () => Atomics.load(progress, 1) === 1,
  }
}
