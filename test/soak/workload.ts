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

/** Small enough to be used up within some ms; Node reports it, since it is used up by many small arrays. */
const LITTLE_MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }
const BARE = new URL('./fixtures/bare.mjs', import.meta.url)
export const SUPERVISED = new URL('./fixtures/supervised.mjs', import.meta.url)

/** What all workloads of a soak have in common. */
export interface Soak {
  readonly job: Job
  readonly threads: Threads
  readonly random: Random
  readonly totals: Totals
  readonly workloads: Set<Workload>
  readonly fail: (error: unknown) => void
}

let workloads = 0

/** Queues, the threads at them, supervised and bare, and the gate at which those rest who put. */
export class Workload implements DeathListener {
  readonly soakedQueues: readonly SoakedQueue[]
  readonly supervisor: Supervisor
  readonly #soak: Soak
  readonly #name: string
  readonly #id = ++workloads
  readonly #control = new Int32Array(new SharedArrayBuffer(8 * 4))
  readonly #ends: Promise<void>[] = []
  /** Of each soakedQueue, how many items were finished when it last went on, and when that was. */
  #progress: { done: number; at: number }[] = []
  #heldByDead = 0
  #deaths = 0

  /** `hasLittleMemory`: the supervised threads. */
  constructor(soak: Soak, name: string, plans: readonly QueuePlan[], hasLittleMemory: boolean) {
    this.#soak = soak
    this.#name = name
    this.soakedQueues = plans.map(
      (plan) => new SoakedQueue(plan, () => Atomics.load(this.#control, PERIOD), soak.fail),
    )
    this.supervisor = new millrace.Supervisor({
      name,
      // All deaths here are wanted: none is to be the last.
      restart: { max: 0x7fffffff, within: 1000, onThrow: true },
      ...(hasLittleMemory ? { resourceLimits: LITTLE_MEMORY } : {}),
    })
    this.supervisor.on('error', soak.fail)
    this.supervisor.on('exit', ({ threadId, group, error, exitCode }) => {
      // 0: before it had begun.
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

  /** What every fixture is handed. */
  get shared() {
    const { threads, job } = this.#soak
    const { seed, sabotage } = job
    return { words: WORDS, own: threads.own, control: this.#control, workload: this.#id, seed, sabotage }
  }

  died(held: number): void {
    this.#deaths++
    this.#heldByDead += held
  }

  /** Starts a Worker that attaches by itself, and again after each death, until it ends of itself. */
  startBare(role: string, soakedQueues: readonly SoakedQueue[], hasLittleMemory: boolean): void {
    const workerData = {
      shared: this.shared,
      role,
      soakedQueues: soakedQueues.map((soakedQueue) => soakedQueue.forBare),
    }
    const resourceLimits = hasLittleMemory ? LITTLE_MEMORY : {}
    // Producers that have come to the end of their numbers shut their queue down before the workload is over.
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

  /** Fails if a queue has stood still for too long. */
  watch(): void {
    if (Atomics.load(this.#control, GATE) !== OPEN) return
    const now = performance.now()
    for (const [index, { itemCounts, name }] of this.soakedQueues.entries()) {
      const last = this.#progress[index] as { done: number; at: number }
      if (itemCounts.done !== last.done) this.#progress[index] = { done: itemCounts.done, at: now }
      else if (now - last.at > this.#soak.job.maxSleepMs) {
        const ms = Math.round(now - last.at)
        this.#soak.fail(new Error(`queue '${name}' of '${this.#name}' has finished nothing for ${ms} ms`))
      }
    }
  }

  /**
   * Lets those who put rest, and the others finish all there is; then nothing is written into the itemCounts.
   */
  async rest(): Promise<void> {
    const { threads, job } = this.#soak
    this.#close(REST)
    await until(() => threads.rests(this.#id), `those who put at '${this.#name}' rest`, job.maxSleepMs)
    await this.#drained()
  }

  /** Those who put are to end. */
  end(): void {
    this.#close(OVER)
  }

  /** Resolves when all threads have ended. */
  async ended(): Promise<void> {
    const { maxSleepMs } = this.#soak.job
    await within(Promise.all(this.#ends), `the bare threads of '${this.#name}' end`, maxSleepMs)
    await this.supervisor.join({ timeout: maxSleepMs })
    await this.#drained()
  }

  /**
   * Draws the balance of all soakedQueues, and begins the next period in the itemCounts. `stored`: by the
   * producers of each.
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

  /** The next period begins. */
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
      await until(knowsItsDead, `those who die at '${this.#name}' exit`, job.maxSleepMs)
      for (const soakedQueue of this.soakedQueues) await soakedQueue.drained(job.maxSleepMs)
      await until(() => threads.hasEmptyHands(this.#id), `hands at '${this.#name}' are empty`, job.maxSleepMs)
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
