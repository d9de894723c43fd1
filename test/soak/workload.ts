import { Worker } from 'node:worker_threads'
import type { Supervisor } from '../../src/index.ts'
import { millrace } from '../kill/library.ts'
import { until, within } from '../support/deadline.ts'
import type { Random } from '../support/random.mjs'
import type { Job, Totals } from './job.ts'
import { type QueuePlan, SoakedQueue } from './soaked-queue.ts'
import type { DeathListener, Threads } from './threads.ts'
import { WORDS } from './words.ts'

const { GATE, PERIOD, OPEN, REST, OVER } = WORDS

/**
 * A heap this small is full within some ms. Many small arrays fill it, so Node reports the end of the thread.
 */
const LITTLE_MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }
const BARE = new URL('./fixtures/bare.mjs', import.meta.url)
export const SUPERVISED = new URL('./fixtures/supervised.mjs', import.meta.url)

/** The parts that all workloads of a soak share. */
export interface Soak {
  readonly job: Job
  readonly threads: Threads
  readonly random: Random
  readonly totals: Totals
  readonly workloads: Set<Workload>
  readonly fail: (error: unknown) => void
}

let workloads = 0

/** Queues, the supervised and other threads at them, and the gate at which producers rest. */
export class Workload implements DeathListener {
  readonly soakedQueues: readonly SoakedQueue[]
  readonly supervisor: Supervisor
  readonly #soak: Soak
  readonly #name: string
  readonly #id = ++workloads
  readonly #control = new Int32Array(new SharedArrayBuffer(8 * 4))
  readonly #ends: Promise<void>[] = []
  /** The number of items that each queue had finished when it last made progress, and the time of that. */
  #progress: { done: number; at: number }[] = []
  #heldByDead = 0
  #deaths = 0

  /** `hasLittleMemory` limits the heap of the supervised threads. */
  constructor(soak: Soak, name: string, plans: readonly QueuePlan[], hasLittleMemory: boolean) {
    this.#soak = soak
    this.#name = name
    this.soakedQueues = plans.map(
      (plan) => new SoakedQueue(plan, () => Atomics.load(this.#control, PERIOD), soak.fail),
    )
    this.supervisor = new millrace.Supervisor({
      name,
      // All deaths here are wanted, so a group must always restart.
      restart: { max: 0x7fffffff, within: 1000, onThrow: true },
      ...(hasLittleMemory ? { resourceLimits: LITTLE_MEMORY } : {}),
    })
    this.supervisor.on('error', soak.fail)
    this.supervisor.on('exit', ({ threadId, group, error, exitCode }) => {
      // The thread id is 0 if the thread ended before it began.
      if ((error === undefined && exitCode === undefined) || threadId === 0) return
      if (soak.threads.isOrdered(threadId)) return
      const why = error instanceof Error ? `${error.message} ${error.cause ?? ''}` : `exit code ${exitCode}`
      soak.fail(new Error(`thread ${threadId} of group '${group}' of '${name}' died unordered: ${why}`))
    })
    soak.threads.workloads.set(this.#id, this)
    soak.workloads.add(this)
    this.#goOn()
  }

  get isOver(): boolean {
    return Atomics.load(this.#control, GATE) === OVER
  }

  /** The data of every fixture. */
  get shared() {
    const { threads, job } = this.#soak
    const { seed, sabotage } = job
    return { words: WORDS, own: threads.own, control: this.#control, workload: this.#id, seed, sabotage }
  }

  died(held: number): void {
    this.#deaths++
    this.#heldByDead += held
  }

  /**
   * Starts a Worker that attaches by itself, and starts it again after each death, until it ends with its
   * queues.
   */
  startBare(role: string, soakedQueues: readonly SoakedQueue[], hasLittleMemory: boolean): void {
    const workerData = {
      shared: this.shared,
      role,
      soakedQueues: soakedQueues.map((soakedQueue) => soakedQueue.forBare),
    }
    const resourceLimits = hasLittleMemory ? LITTLE_MEMORY : {}
    // Producers that have used all their numbers shut their queue down before the workload is over.
    const mayEnd = () => this.isOver || soakedQueues.every(({ queue }) => queue.isShutDown)
    this.#ends.push(
      new Promise((resolve) => {
        const start = () => {
          const worker = new Worker(BARE, { workerData, execArgv: [], resourceLimits })
          const { threadId } = worker
          let failure: Error | undefined
          worker.on('error', (error) => {
            failure = error
          })
          worker.once('exit', (code) => {
            if (this.#soak.threads.isOrdered(threadId)) start()
            else if (mayEnd() && failure === undefined && code === 0) resolve()
            else {
              const why = failure === undefined ? `with exit code ${code}` : failure.stack
              this.#soak.fail(new Error(`bare thread ${threadId} (${role}) of '${this.#name}' ended: ${why}`))
            }
          })
        }
        start()
      }),
    )
  }

  /** Fails if a queue has made no progress for too long. */
  watch(): void {
    if (Atomics.load(this.#control, GATE) !== OPEN) return
    const now = performance.now()
    for (const [index, { itemCounts, name }] of this.soakedQueues.entries()) {
      const last = this.#progress[index] as { done: number; at: number }
      if (itemCounts.done !== last.done) this.#progress[index] = { done: itemCounts.done, at: now }
      else if (now - last.at > this.#soak.job.deadlineMs) {
        const ms = Math.round(now - last.at)
        this.#soak.fail(new Error(`queue '${name}' of '${this.#name}' has finished nothing for ${ms} ms`))
      }
    }
  }

  /** Lets the producers rest and the consumers finish all items. After that no thread writes records. */
  async rest(): Promise<void> {
    const { threads, job } = this.#soak
    this.#close(REST)
    await until(() => threads.rests(this.#id), `the producers at '${this.#name}' rest`, job.deadlineMs)
    await this.#drained()
  }

  /** Tells the producers to end. */
  end(): void {
    this.#close(OVER)
  }

  /** Resolves when all threads have ended. */
  async ended(): Promise<void> {
    const { deadlineMs } = this.#soak.job
    await within(Promise.all(this.#ends), `the bare threads of '${this.#name}' end`, deadlineMs)
    await this.supervisor.join({ timeout: deadlineMs })
    await this.#drained()
  }

  /**
   * Balances all queues, and begins the next period in the records. `stored` holds the counts of the
   * producers of each queue.
   */
  settle(stored: readonly (readonly number[])[]): void {
    const { totals, fail } = this.#soak
    const more = { heldByDead: this.#heldByDead, deaths: this.#deaths }
    const balances = this.soakedQueues.map((soakedQueue, index) =>
      soakedQueue.settle(stored[index] ?? [], more, totals),
    )
    const faults = balances.flatMap((balance) => balance.faults)
    const duplicates = balances.reduce((sum, balance) => sum + balance.duplicates, 0)
    if (duplicates > more.heldByDead) faults.push(`${duplicates} duplicates of ${more.heldByDead} items held`)
    if (faults.length > 0) fail(new Error(`the balance of '${this.#name}' is wrong: ${faults.join('; ')}`))
    this.#heldByDead = 0
    this.#deaths = 0
  }

  /** Opens the next period. */
  open(): void {
    Atomics.add(this.#control, PERIOD, 1)
    this.#goOn()
    this.#close(OPEN)
  }

  async close(): Promise<void> {
    for (const soakedQueue of this.soakedQueues) await soakedQueue.close()
    this.#soak.workloads.delete(this)
    this.#soak.threads.workloads.delete(this.#id)
  }

  describe(): string {
    return [
      `'${this.#name}', gate ${Atomics.load(this.#control, GATE)}, period ${Atomics.load(this.#control, PERIOD)}`,
      ...this.soakedQueues.map((soakedQueue) => soakedQueue.describe()),
      `supervisor: ${JSON.stringify(this.supervisor.stats())}`,
      this.#soak.threads.describe(this.#id),
    ].join('\n')
  }

  async #drained(): Promise<void> {
    const { threads, job } = this.#soak
    do {
      const knowsItsDead = () => threads.knowsItsDead(this.#id)
      await until(knowsItsDead, `the dying threads at '${this.#name}' exit`, job.deadlineMs)
      for (const soakedQueue of this.soakedQueues) await soakedQueue.drained(job.deadlineMs)
      await until(() => threads.hasEmptyHands(this.#id), `hands at '${this.#name}' are empty`, job.deadlineMs)
    } while (!threads.knowsItsDead(this.#id))
  }

  #goOn(): void {
    this.#progress = this.soakedQueues.map(({ itemCounts }) => ({
      done: itemCounts.done,
      at: performance.now(),
    }))
  }

  #close(gate: number): void {
    Atomics.store(this.#control, GATE, gate)
    Atomics.notify(this.#control, GATE)
  }
}
