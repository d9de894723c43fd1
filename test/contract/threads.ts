import { Worker } from 'node:worker_threads'

/**
 * A thread that runs fixtures/user.mjs. Threads are used repeatedly, since the start of one takes some 50 ms
 * of a processor, and twice that with tsx.
 */
export class Thread {
  readonly #worker = new Worker(new URL('./fixtures/user.mjs', import.meta.url), { execArgv: [] })
  readonly #pending = new Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>()
  #asked = 0

  constructor() {
    this.#worker.on('message', ({ number, answer, error }) => {
      const call = this.#pending.get(number)
      this.#pending.delete(number)
      if (error === undefined) call?.resolve(answer)
      else call?.reject(Object.assign(new Error(error.message), error))
    })
    this.#worker.on('error', (error) => this.#rejectAll(error))
    this.#worker.on('exit', (code) => this.#rejectAll(new Error(`the thread ended with code ${code}`)))
  }

  get id(): number {
    return this.#worker.threadId
  }

  get isIdle(): boolean {
    return this.#pending.size === 0
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a command answers
  ask(command: string, ...args: unknown[]): Promise<any> {
    const number = ++this.#asked
    this.#worker.postMessage({ number, command, args })
    return new Promise((resolve, reject) => this.#pending.set(number, { resolve, reject }))
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

const idle: Thread[] = []

/** An idle thread, or a new one. */
export function borrowThread(): Thread {
  return idle.pop() ?? new Thread()
}

/** Takes the thread back for the next borrower. A thread that still waits is ended. */
export async function returnThread(thread: Thread): Promise<void> {
  if (thread.isIdle) idle.push(thread)
  else await thread.end()
}

export async function endThreads(): Promise<void> {
  await Promise.all(idle.splice(0).map((thread) => thread.end()))
}
