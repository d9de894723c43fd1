import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ResourceLimits, Transferable, Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { threadExecArgv } from '../../loading/index.ts'
import { THREAD_MARK } from '../../protocol/index.ts'
import { BOOT } from '../../thread-files.ts'
import { nextTick, setImmediate } from '../../timers.ts'
import { EXTERNAL } from '../unbundled.ts'
import { shown } from './error-text.ts'

/** Called when a thread has exited, after its last instruction. `error` is its uncaught error. */
export type OnExit = (thread: number, exitCode: number, error: unknown) => void

interface Task {
  readonly piscina: Piscina
  readonly thread: () => number
  readonly giveUp: AbortController
}

/**
 * The threads of one group, one for each member. Each runs one task, which does not end before the thread
 * does. So a function that is started again always gets a new thread.
 *
 * Piscina starts the threads and replaces dead ones. Its promises settle when a thread is told to end; the
 * Worker's own `exit` event comes when it has ended. Only that event is reported. (After piscina's rejection,
 * a terminated thread was still storing in 3 of 5 runs.)
 */
export class ThreadPool {
  readonly #resourceLimits: ResourceLimits | undefined
  readonly #onExit: OnExit
  readonly #piscinas: Piscina[] = []
  /** The threads by threadId, which a Worker no longer has at its exit. */
  readonly #alive = new Map<number, { readonly worker: Worker; readonly piscina: Piscina }>()
  readonly #exits = new Set<Promise<void>>()
  /** The tasks that are not over, as far as is known. */
  readonly #tasks = new Set<Task>()
  /** The uncaught error of the last thread that died. */
  #lastFailure: unknown
  #hasEnded = false

  constructor(size: number, resourceLimits: ResourceLimits | undefined, onExit: OnExit) {
    this.#resourceLimits = resourceLimits
    this.#onExit = onExit
    // Before the first threads are started: Node announces each during its construction.
    listen(this)
    try {
      this.#open(size)
    } catch (error) {
      // Wrong resource limits.
      unlisten(this)
      throw error
    }
  }

  #open(size: number): Piscina {
    const execArgv = threadExecArgv()
    const piscina = new Piscina({
      filename: BOOT,
      minThreads: size,
      maxThreads: size,
      concurrentTasksPerWorker: 1,
      // Otherwise an idle thread would block in Atomics.wait, and each end of a task would check all others.
      atomics: 'disabled',
      recordTiming: false,
      workerData: { [THREAD_MARK]: true },
      ...(execArgv === undefined ? {} : { execArgv }),
      ...(this.#resourceLimits === undefined ? {} : { resourceLimits: this.#resourceLimits }),
    })
    // An error without a task, as the death of an idle thread. The exit of the thread is reported anyway.
    piscina.on('error', () => {})
    this.#piscinas.push(piscina)
    return piscina
  }

  /**
   * Runs a task on a fresh thread. `thread` returns 0 until the task has begun. The promise rejects when the
   * task cannot begin, or when its thread ends.
   */
  async run(message: object, transferList: Transferable[], thread: () => number): Promise<void> {
    const task: Task = { piscina: this.#piscinaWithRoom(), thread, giveUp: new AbortController() }
    const { signal } = task.giveUp
    this.#tasks.add(task)
    try {
      await task.piscina.run(message, { transferList, signal })
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    } finally {
      this.#tasks.delete(task)
    }
  }

  /**
   * A piscina with a free thread. A dead thread has been replaced by now: piscina does so in its own exit
   * listener at the latest, which runs before ours.
   */
  #piscinaWithRoom(): Piscina {
    const tasks = [...this.#tasks]
    const hasRoom = (piscina: Piscina) =>
      piscina.threads.length > tasks.filter((task) => task.piscina === piscina).length
    return this.#piscinas.find(hasRoom) ?? this.#open(1)
  }

  /**
   * Piscina stops replacing threads once one has died before it was ready. Its queued tasks that have no
   * thread any more would wait forever. They fail here, so that they are run again.
   */
  #refuseStuckTasks(): void {
    for (const piscina of this.#piscinas) {
      const { threads, options } = piscina
      if (threads.length >= options.minThreads) continue
      const tasks = [...this.#tasks].filter((task) => task.piscina === piscina)
      const waiting = tasks.filter(({ thread }) => thread() === 0)
      const idle = Math.max(0, threads.length - (tasks.length - waiting.length))
      for (const { giveUp } of waiting.slice(idle)) giveUp.abort(this.#diedEarly())
    }
  }

  /** Drops each piscina that has lost its last thread before that was ready: it starts no other thread. */
  #dropSpent(): void {
    const inUse = new Set([...this.#tasks, ...this.#alive.values()].map(({ piscina }) => piscina))
    for (const piscina of [...this.#piscinas]) {
      if (piscina.threads.length > 0 || inUse.has(piscina)) continue
      this.#piscinas.splice(this.#piscinas.indexOf(piscina), 1)
      void piscina.destroy()
    }
  }

  #diedEarly(): Error {
    const cause = this.#lastFailure
    const because = cause === undefined ? '' : `: ${shown(cause)}`
    // A thread loads piscina's file and ours before any module of the program.
    const isMissing = /^(ERR_)?MODULE_NOT_FOUND$/.test(
      String((cause as { code?: unknown } | undefined)?.code),
    )
    const cure = isMissing ? ` (in a bundle: ${EXTERNAL}; piscina likewise)` : ''
    return new Error(`its thread died before it was ready${because}${cure}`, { cause })
  }

  /** Terminates one thread. There is room for another once it has exited. */
  terminate(thread: number): void {
    this.#forget(thread)
    void this.#alive.get(thread)?.worker.terminate()
  }

  /** Terminates all threads, and resolves when they have exited. */
  async end(): Promise<void> {
    this.#hasEnded = true
    // Piscina does not know threads that are already dying, and would replace them at their exit.
    do {
      await Promise.all(this.#piscinas.map((piscina) => piscina.destroy()))
      await Promise.all(this.#exits)
    } while (this.#piscinas.some(({ threads }) => threads.length > 0) || this.#exits.size > 0)
    this.#piscinas.length = 0
    unlisten(this)
  }

  /** Forgets the task of a thread that has ended. */
  #forget(of: number): void {
    for (const task of this.#tasks) if (task.thread() === of) this.#tasks.delete(task)
  }

  /** A Worker was started in this thread, perhaps for this pool. */
  register(worker: Worker): void {
    const piscina = this.#piscinas.find(({ threads }) => threads.includes(worker))
    if (piscina === undefined) return
    const thread = worker.threadId
    let failure: unknown
    this.#alive.set(thread, { worker, piscina })
    worker.on('error', (error) => {
      failure = error
    })
    const exit = new Promise<void>((resolve) => {
      worker.once('exit', (code) => {
        this.#alive.delete(thread)
        this.#exits.delete(exit)
        resolve()
        if (this.#hasEnded) return
        this.#forget(thread)
        this.#lastFailure = failure
        this.#onExit(thread, code, failure)
        // Later, since a task that the thread had not begun fails only now, and then no longer waits.
        setImmediate(() => {
          if (this.#hasEnded) return
          this.#refuseStuckTasks()
          this.#dropSpent()
        })
      })
    })
    this.#exits.add(exit)
  }
}

/**
 * The diagnostics channel on which Node announces each Worker of this thread. It works in Jest too, where
 * `process` is a copy without events.
 */
const WORKERS_CHANNEL = 'worker_threads'
const pools = new Set<ThreadPool>()

function listen(pool: ThreadPool): void {
  pools.add(pool)
  if (pools.size === 1) subscribe(WORKERS_CHANNEL, onWorker)
}

function unlisten(pool: ThreadPool): void {
  pools.delete(pool)
  if (pools.size === 0) unsubscribe(WORKERS_CHANNEL, onWorker)
}

function onWorker(message: unknown): void {
  const { worker } = message as { worker: Worker }
  // The message comes during the construction: piscina does not know the Worker yet.
  nextTick(() => {
    for (const pool of pools) pool.register(worker)
  })
}
