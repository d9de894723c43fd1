import { createReadStream } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { codecs, Queue, QueueShutDownError } from '../../src/index.ts'
import { type Digest, openRegular, type Unreadable } from './digest.ts'
import { drawProgress, note } from './output.ts'
import { walk } from './walk.ts'

/** What came of digesting a directory once. */
export interface Run {
  readonly threads: number
  /** Ordered by path. */
  readonly files: readonly Digest[]
  readonly unreadable: readonly Unreadable[]
  readonly seconds: number
}

/** Of a run under way. */
export interface Progress {
  found: number
  done: number
  walking: boolean
  /** One word, to which all threads add what they read. */
  readonly bytes: BigInt64Array
}

/** Digests the files of a directory on `threads` threads, their start included in the time. */
export async function digestTree(directory: string, threads: number, signal: AbortSignal): Promise<Run> {
  const began = performance.now()
  const paths = new Queue<Uint8Array>({ name: 'paths', codec: codecs.bytes, maxThreads: threads + 1 })
  const results = new Queue<Digest | Unreadable>({ name: 'results', itemBytes: 512, maxThreads: threads + 1 })
  const bytes = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT))
  const progress: Progress = { found: 0, done: 0, walking: true, bytes }
  const stopDrawing = drawProgress(progress)
  // What is queued is dropped; what the threads hold, they finish.
  const cut = () => paths.shutdown({ immediate: true })
  signal.addEventListener('abort', cut)
  if (signal.aborted) cut()

  const args = { paths: paths.handle, results: results.handle, progress: bytes }
  const ends = Promise.all(Array.from({ length: threads }, () => runThread(args))).then((all) => {
    cut()
    results.shutdown()
    return all
  })
  const walked = putPaths(directory, paths, progress)
  const collected = await collect(results, progress)
  const deaths = (await ends).filter((death) => death !== undefined)
  const unreadable = await walked
  stopDrawing()
  signal.removeEventListener('abort', cut)

  if (deaths.length === threads) throw new Error(`every thread died: ${deaths.join('; ')}`)
  for (const death of deaths) note(`a thread died (${death}), another took over its file`)
  for (const result of collected) if ('error' in result) unreadable.push(result)
  const files = collected.filter((result) => 'sha256' in result)
  const byPath = (a: Unreadable | Digest, b: Unreadable | Digest) => Buffer.compare(a.path, b.path)
  return {
    threads,
    files: files.sort(byPath),
    unreadable: unreadable.sort(byPath),
    seconds: (performance.now() - began) / 1000,
  }
}

/** Puts every path, then ends the queue. Returns what could not be walked. */
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
    // Interrupted, or there is no thread left.
    if (!(error instanceof QueueShutDownError)) throw error
  }
  progress.walking = false
  paths.shutdown()
  return failures
}

/** One result for each path: the file of a thread that died is digested by another, once more at times. */
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

/** Runs `digestFiles` on a thread of its own. Resolves at its end, with the cause if that was its death. */
function runThread(args: object): Promise<string | undefined> {
  const module = new URL('./digest.ts', import.meta.url).href
  const worker = new Worker(new URL('../../workers/boot.mjs', import.meta.url), {
    workerData: { module, export: 'digestFiles', args },
  })
  return new Promise((resolve) => {
    worker.on('message', () => resolve(undefined))
    worker.on('error', (error) => resolve(error.message))
    worker.on('exit', (code) => resolve(`exit code ${code}`))
  })
}

/** Reads all files, so that two runs to be compared both find them in the cache of the system. */
export async function readTree(directory: string, signal: AbortSignal): Promise<void> {
  for await (const { path } of walk(directory)) {
    try {
      const { fd, size } = openRegular(path)
      const chunks = createReadStream('', { fd, start: 0, end: Math.max(0, size - 1) })
      for await (const _ of chunks) if (signal.aborted) return
    } catch {
      // The run itself reports it.
    }
  }
}
