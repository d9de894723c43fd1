/** The functions that threads of each contender run. `words` and `times` are shared with the program. */
import { workerData } from 'node:worker_threads'

/** For `consume`: notes when the first item has come. */
export function item(_, { args: { words, times } }) {
  noteStart({ words, times })
}

/** Notes that a thread has begun. */
export function noteStart({ words, times }) {
  times[0] = process.hrtime.bigint()
  Atomics.add(words, 0, 1)
  Atomics.notify(words, 0)
}

export function result() {
  return 1
}

/** Stays idle after it has begun; for as long as the supervisor lets it where there is one. */
export function idle({ words, times }, thread) {
  noteStart({ words, times })
  return new Promise((resolve) => thread?.signal?.addEventListener('abort', () => resolve()))
}

if (workerData?.bare === true) {
  const { parentPort } = await import('node:worker_threads')
  parentPort.on('message', () => parentPort.postMessage(result()))
  noteStart(workerData)
  parentPort.postMessage(result())
}
