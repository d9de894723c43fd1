import { createReadStream } from 'node:fs'
import { codecs, Queue, QueueShutDownError, Supervisor } from '../../src/index.ts'
import { type Digest, digest, openRegular, type Unreadable } from './digest.ts'
import { drawProgress, note } from './output.ts'
import { walk } from './walk.ts'

/** The result of digesting a directory once. */
export interface Run {
  readonly threads: number
  /** Ordered by path. */
  readonly files: readonly Digest[]
  readonly unreadable: readonly Unreadable[]
  readonly seconds: number
  /** Ctrl-C has stopped the run, so files may be missing. */
  readonly interrupted: boolean
}

/** The progress of a run. */
export interface Progress {
  found: number
  done: number
  walking: boolean
  /** One word, to which all threads add the number of bytes that they read. */
  readonly bytes: BigInt64Array
}

/** Digests the files of a directory on `threads` threads. The time includes their start. */
export async function digestTree(directory: string, threads: number): Promise<Run> {
  const began = performance.now()
  const paths = new Queue<Uint8Array>({ name: 'paths', codec: codecs.bytes, maxThreads: threads + 1 })
  const results = new Queue<Digest | Unreadable>({ name: 'results', itemBytes: 512, maxThreads: threads + 1 })
  const bytes = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT))
  const progress: Progress = { found: 0, done: 0, walking: true, bytes }

  const supervisor = new Supervisor({ handleSignals: true })
  supervisor.signal.addEventListener('abort', () => {
    note('stopping: begun files are finished first (Ctrl-C again: at once)')
    // Without this, all queued files would be digested, too.
    paths.shutdown({ immediate: true })
  })
  supervisor.on('exit', ({ exitCode, error }) => {
    if (exitCode === undefined) return
    const { message } = (error?.cause ?? { message: `exit code ${exitCode}` }) as Error
    note(`a thread died (${message}), another takes over its file`)
  })
  supervisor.consume(paths, digest, { threads, args: { results, progress: bytes } })

  const stopDrawing = drawProgress(progress)
  try {
    const [report, unreadable, collected] = await Promise.all([
      supervisor.join().finally(() => results.shutdown()),
      putPaths(directory, paths, progress),
      collect(results, progress),
    ])
    for (const result of collected) if ('error' in result) unreadable.push(result)
    const files = collected.filter((result) => 'sha256' in result)
    const byPath = (a: Unreadable | Digest, b: Unreadable | Digest) => Buffer.compare(a.path, b.path)
    return {
      threads,
      files: files.sort(byPath),
      unreadable: unreadable.sort(byPath),
      seconds: (performance.now() - began) / 1000,
      interrupted: report.stoppedBy !== undefined,
    }
  } finally {
    stopDrawing()
  }
}

/** Puts every path, then shuts the queue down. Returns the directories that could not be read. */
async function putPaths(
  directory: string,
  paths: Queue<Uint8Array>,
  progress: Progress,
): Promise<Unreadable[]> {
  const failures: Unreadable[] = []
  try {
    for await (const entry of walk(directory)) {
      if ('error' in entry) {
        failures.push(entry)
      } else {
        await paths.put(entry.path)
        progress.found++
      }
    }
  } catch (error) {
    // The run was interrupted, or no thread is left.
    if (!(error instanceof QueueShutDownError)) throw error
  } finally {
    progress.walking = false
    paths.shutdown()
  }
  return failures
}

/** Collects one result for each path. A file may have two, if a thread died over it. */
async function collect(
  results: Queue<Digest | Unreadable>,
  progress: Progress,
): Promise<(Digest | Unreadable)[]> {
  const byPath = new Map<string, Digest | Unreadable>()
  for await (const result of results) {
    const key = Buffer.from(result.path).toString('latin1')
    if (!byPath.has(key)) byPath.set(key, result)
    progress.done = byPath.size
  }
  return [...byPath.values()]
}

/** Reads all files once, so that both runs of a comparison find them in the system's cache. */
export async function readTree(directory: string): Promise<void> {
  for await (const { path } of walk(directory)) {
    try {
      const { fd, size } = openRegular(path)
      const chunks = createReadStream('', { fd, start: 0, end: Math.max(0, size - 1) })
      for await (const _ of chunks);
    } catch {
      // The run itself reports the error.
    }
  }
}
