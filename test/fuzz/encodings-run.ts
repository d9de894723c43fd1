import { type Result, runIndexed } from './indexed-run.ts'

/** A small heap, so that a decoder that allocates a claimed length fails. */
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
