import { addResult, type Result, runIndexed } from './indexed-run.ts'

/** Queues of one process: each reserves addresses. */
const BATCH = 5000
const DEADLINE_MS = 15_000

export async function fuzzCalls(
  seed: number,
  from: number,
  to: number,
  onProgress: (done: number) => void = () => {},
): Promise<Result> {
  const all: Result = { faults: [], counts: new Map() }
  for (let start = from; start < to; start += BATCH) {
    const end = Math.min(to, start + BATCH)
    const job = {
      script: 'calls-process.ts',
      seed,
      from: start,
      to: end,
      deadlineMs: DEADLINE_MS,
      onProgress,
    }
    addResult(all, await runIndexed(job))
  }
  return all
}
