import { addResult, type Result, runIndexed } from './indexed-run.ts'

/** Damaged queues of one process: each reserves addresses. */
const BATCH = 500
const LANES = 3
/** Time in which the main thread must have made all calls on one queue. */
const DEADLINE_MS = 12_000

export async function fuzzWords(
  seed: number,
  from: number,
  to: number,
  onProgress: (done: number) => void = () => {},
): Promise<Result> {
  const all: Result = { faults: [], counts: new Map() }
  let next = from
  let ended = 0
  /** The progress of each lane in its batch. */
  const under = new Array<number>(LANES).fill(0)
  // A process waits most of the time, so several run at once.
  const lane = async (_: unknown, index: number) => {
    while (next < to) {
      const start = next
      const end = Math.min(to, start + BATCH)
      next = end
      const result = await runIndexed({
        script: 'words-process.ts',
        seed,
        from: start,
        to: end,
        deadlineMs: DEADLINE_MS,
        onProgress: (at) => {
          under[index] = Math.max(0, at - start)
          onProgress(from + under.reduce((sum, each) => sum + each, ended))
        },
      })
      addResult(all, result)
      ended += end - start
      under[index] = 0
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return all
}
