import { Worker } from 'node:worker_threads'

/** Time for a thread to stop after it was told; then it is killed. */
const DEADLINE_MS = 200
/** Time for a thread to attach. */
const ATTACH_MS = 5000

interface Thread {
  readonly worker: Worker
  readonly gone: Promise<void>
  over: ((faults: string[]) => void) | undefined
  isGone: boolean
}

/** Threads that put and get at one queue after another. */
export class Threads {
  /** Errors of which threads died, apart from kills. */
  readonly faults: string[] = []
  readonly #threads: (Thread | undefined)[]
  #words = new Int32Array(new SharedArrayBuffer(8))
  #ends: Promise<string[]>[] = []

  constructor(count: number) {
    this.#threads = new Array<Thread | undefined>(count).fill(undefined)
  }

  /** Starts the work at a queue. Resolves once all threads are attached, or have failed to attach. */
  async begin(handle: unknown, seed: number): Promise<void> {
    const words = new Int32Array(new SharedArrayBuffer(8))
    this.#words = words
    this.#ends = this.#threads.map((known, index) => {
      const thread = known === undefined || known.isGone ? this.#start() : known
      this.#threads[index] = thread
      const end = new Promise<string[]>((resolve) => {
        thread.over = resolve
      })
      thread.worker.postMessage({ handle, seed: seed + index, words })
      return end
    })
    const deadline = performance.now() + ATTACH_MS
    while (Atomics.load(words, 1) < this.#threads.length && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** Kills a thread at its work. Resolves after the handlers of its exit. */
  async kill(index: number): Promise<void> {
    const thread = this.#threads[index]
    if (thread === undefined || thread.isGone) return
    await this.#end(thread)
  }

  /** Stops all threads. A thread that does not stop in time is killed. */
  async stop(): Promise<void> {
    Atomics.store(this.#words, 0, 1)
    await Promise.all(
      this.#threads.map(async (thread, index) => {
        if (thread === undefined || thread.isGone) return
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<undefined>((resolve) => {
          timer = setTimeout(() => resolve(undefined), DEADLINE_MS)
        })
        const faults = await Promise.race([this.#ends[index] as Promise<string[]>, thread.gone, late])
        clearTimeout(timer)
        if (faults === undefined) await this.#end(thread)
        else this.faults.push(...faults)
      }),
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread?.worker.terminate()))
  }

  async #end(thread: Thread): Promise<void> {
    thread.isGone = true
    await thread.worker.terminate()
    await thread.gone
  }

  #start(): Thread {
    const worker = new Worker(new URL('./fixtures/words-thread.mjs', import.meta.url), { execArgv: [] })
    const gone = new Promise<void>((resolve) => worker.once('exit', () => setImmediate(resolve)))
    const thread: Thread = { worker, gone, over: undefined, isGone: false }
    void gone.then(() => {
      thread.isGone = true
    })
    worker.on('message', ({ faults }: { faults: string[] }) => thread.over?.(faults))
    worker.on('error', (error) => this.faults.push(`a thread died of ${error.stack ?? error}`))
    return thread
  }
}
