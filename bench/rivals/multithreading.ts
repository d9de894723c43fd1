import { fileURLToPath } from 'node:url'
import type { Contender, Plan, WorkerSet } from '../scenarios/scenario.ts'
import type { Topology } from '../scenarios/topology.ts'
import { startProgram } from './program.ts'

const NAME = 'multithreading'
const COMMAND = [
  process.execPath,
  '--import',
  new URL('./node-20.mjs', import.meta.url).href,
  fileURLToPath(new URL('./multithreading.mjs', import.meta.url)),
]
const MOST_FAILURES = 5

/**
 * The channel of the package multithreading. Its threads write to one heap under two locks, so some rounds
 * fail: items change, or its SharedJsonBuffer has no room. Such a round is noted, and is run again in a new
 * process. It is left out if it fails five times in turn.
 */
export async function multithreading(topology: Topology, items: number, plan: Plan): Promise<Contender[]> {
  const start = async (): Promise<WorkerSet> => new Restarted(await program(), program, plan)
  const program = () => startProgram(NAME, COMMAND, topology, items)
  const trial = await start()
  try {
    await trial.round()
    return [{ name: NAME, items, start }]
  } catch (error) {
    plan.leaveOut(`${(error as Error).message}: left out after ${MOST_FAILURES} such rounds`)
    return []
  } finally {
    await trial.stop()
  }
}

class Restarted implements WorkerSet {
  #current: WorkerSet
  readonly #start: () => Promise<WorkerSet>
  readonly #plan: Plan

  constructor(current: WorkerSet, start: () => Promise<WorkerSet>, plan: Plan) {
    this.#current = current
    this.#start = start
    this.#plan = plan
  }

  async round(): Promise<number> {
    let isWarm = true
    for (let failures = 0; ; ) {
      try {
        if (!isWarm) await this.#current.round()
        isWarm = true
        return await this.#current.round()
      } catch (error) {
        if (++failures === MOST_FAILURES) throw error
        this.#plan.leaveOut(`${(error as Error).message}: this round was run again`)
        await this.#current.stop()
        this.#current = await this.#start()
        isWarm = false
      }
    }
  }

  stop(): unknown {
    return this.#current.stop()
  }
}
