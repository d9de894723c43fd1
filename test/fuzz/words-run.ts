import { type Result, runIndexed } from './indexed-run.ts'

/** Damaged queues in one process: each reserves addresses. */
const BATCH = 500
const LANES = 3
/** ms in which the main thread must have come through all calls on one of them. */
const PATIENCE = 12_000

export async function fuzzWords(
  seed: number,
  from: number,
  to: number,
  onProgress: (done: number) => void = () => {},
): Promise<Result> {
  const all: Result = { faults: [], counts: new Map() }
  let next = from
  // Most of the time a process waits.
  const lane = async () => {
    while (next < to) {
      const start = next
      next = Math.min(to, start + BATCH)
      const job = { script: 'words-process.ts', seed, from: start, to: next, patience: PATIENCE, onProgress }
      const { faults, counts } = await runIndexed(job)
      all.faults.push(...faults)
      for (const [what, count] of counts) all.counts.set(what, (all.counts.get(what) ?? 0) + count)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return all
}
