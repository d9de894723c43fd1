import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Supervisor } from 'millrace'

/** Starts a Worker that uses the queue, and removes its listeners. */
export async function starts({ handle, words }, thread) {
  const supervisor = new Supervisor()
  // From now on this thread gets a notice of each thread that attaches.
  supervisor.spawn({ filename: import.meta.url, name: 'stays' })
  const worker = new Worker(new URL('./holder.mjs', import.meta.url), { workerData: { handle, words } })
  worker.removeAllListeners('exit')
  await stays(undefined, thread)
  await worker.terminate()
  await supervisor.close()
}

export async function stays(_, { signal }) {
  if (!signal.aborted) await once(signal, 'abort')
}
