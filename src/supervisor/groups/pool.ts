import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'
import type { ResourceLimits, Transferable, Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { threadExecArgv } from '../../loading/index.ts'
import { THREAD_MARK } from '../../protocol/index.ts'
import { nextTick, setImmediate } from '../../timers.ts'
import { EXTERNAL } from '../unbundled.ts'
import { shown } from './failures.ts'

/**
 * Plain JavaScript beside the sources and beside the build: it makes TypeScript load, then imports the host.
 */
const BOOT = fileURLToPath(new URL('../../../workers/boot.cjs', import.meta.url))

/** Told of the end of a thread, after its last instruction. `error` is what nobody in it caught. */
export type OnExit = (thread: number, exitCode: number, error: unknown) => void

interface Task {
  readonly piscina: Piscina
  readonly thread: () => number
  readonly giveUp: AbortController
}

/**
 * The threads of one group, as many as it has members. Each runs one task, which does not end before the
 * thread does: so a function that is started again always gets a new thread.
 *
 * Piscina starts the threads and replaces the dead. Its promises say when a thread was told to end; the
 * Worker's own `exit` says when it has: only that is reported. (After piscina's rejection a terminated thread
 * was still storing in 3 of 5 runs.)
 */
export class ThreadPool {
  readonly #resourceLimits: ResourceLimits | undefined
  readonly #onExit: OnExit
  readonly #piscinas: Piscina[] = []
  /** By threadId, which a Worker no longer has at its exit. */
  readonly #alive = new Map<number, { readonly worker: Worker; readonly piscina: Piscina }>()
  readonly #exits = new Set<Promise<void>>()
  /** Not over, as far as is known. */
  readonly #tasks = new Set<Task>()
  /** What the last thread that died did not catch. */
  #lastFailure: unknown
  #hasEnded = false

  constructor(size: number, resourceLimits: ResourceLimits | undefined, onExit: OnExit) {
    this.#resourceLimits = resourceLimits
    this.#onExit = onExit
    // Before its first threads are started: Node tells of each within its construction.
    listen(this)
    try {
      this.#open(size)
    } catch (error) {
      // For resource limits that are none.
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
      // Else an idle thread would block in Atomics.wait, and every task end with a look at all others.
      atomics: 'disabled',
      recordTiming: false,
      workerData: { [THREAD_MARK]: true },
      ...(execArgv === undefined ? {} : { execArgv }),
      ...(this.#resourceLimits === undefined ? {} : { resourceLimits: this.#resourceLimits }),
    })
    // What no task can be blamed for, as the death of a thread that has none: its exit is reported all the
    // same.
    piscina.on('error', () => {})
    this.#piscinas.push(piscina)
    return piscina
  }

  /**
   * Runs a task on a thread that has run none; `thread` answers 0 until it has begun. The promise rejects
   * when it cannot be begun, or when its thread ends.
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
   * A dead thread has been replaced by now: piscina does so at the latest in its own exit listener, which
   * runs before ours.
   */
  #piscinaWithRoom(): Piscina {
    const tasks = [...this.#tasks]
    const hasRoom = (piscina: Piscina) =>
      piscina.threads.length > tasks.filter((task) => task.piscina === piscina).length
    return this.#piscinas.find(hasRoom) ?? this.#open(1)
  }

  /**
   * Piscina stops replacing threads once one has died before it was ready. Tasks that it has queued, beyond
   * the threads it still has for them, would wait for ever: they fail, to be run anew.
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

  /**
   * One whose last thread died before it was ready starts no other, and runs no more tasks: it would only
   * take memory.
   */
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
    // Before it loads anything of the program, a thread loads piscina's file and ours.
    const isMissing = /^(ERR_)?MODULE_NOT_FOUND$/.test(
      String((cause as { code?: unknown } | undefined)?.code),
    )
    const cure = isMissing ? ` (in a bundle: ${EXTERNAL}; piscina likewise)` : ''
    return new Error(`its thread died before it was ready${because}${cure}`, { cause })
  }

  /** Ends one thread at once; there is room for another as soon as it has exited. */
  terminate(thread: number): void {
    this.#forget(thread)
    void this.#alive.get(thread)?.worker.terminate()
  }

  /** Ends all threads, and resolves when they have exited. */
  async end(): Promise<void> {
    this.#hasEnded = true
    // Threads that are dying already are no longer piscina's, and it would replace them at their exit.
    do {
      await Promise.all(this.#piscinas.map((piscina) => piscina.destroy()))
      await Promise.all(this.#exits)
    } while (this.#piscinas.some(({ threads }) => threads.length > 0) || this.#exits.size > 0)
    this.#piscinas.length = 0
    unlisten(this)
  }

  /** The task of a thread that is no more. */
  #forget(of: number): void {
    for (const task of this.#tasks) if (task.thread() === of) this.#tasks.delete(task)
  }

  /** @internal A Worker was started in this thread. */
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
        // Once the task that the thread had been given, if it had not begun it, has failed: it waits no
        // longer.
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
 * Where Node tells of each Worker started in this thread. Heard in Jest too, where `process` is a copy that
 * hears nothing.
 */
const WORKERS = 'worker_threads'
const pools = new Set<ThreadPool>()

function listen(pool: ThreadPool): void {
  pools.add(pool)
  if (pools.size === 1) subscribe(WORKERS, onWorker)
}

function unlisten(pool: ThreadPool): void {
  pools.delete(pool)
  if (pools.size === 0) unsubscribe(WORKERS, onWorker)
}

function onWorker(message: unknown): void {
  const { worker } = message as { worker: Worker }
  // Told of within its construction: piscina does not know it yet.
  nextTick(() => {
    for (const pool of pools) pool.register(worker)
  })
}
