import { type Result, runIndexed } from './indexed-run.ts'

/** Small, so that a decoder that allocates by a claim is seen to. */
const HEAP = '--max-old-space-size=192'
const DEADLINE_MS = 10_000

export function fuzzEncodings(
  seed: number,
  from: number,
  to: number,
  onProgress: (done: number) => void = () => {},
): Promise<Result> {
  const nodeOptions = [HEAP]
  return runIndexed({
    script: 'encodings-process.ts',
    seed,
    from,
    to,
    deadlineMs: DEADLINE_MS,
    nodeOptions,
    onProgress,
  })
}
