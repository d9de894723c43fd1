import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { WorkerSet } from '../scenarios/scenario.ts'
import { type Topology, topologyName } from '../scenarios/topology.ts'

const ROUND_DEADLINE_MS = 60_000

/**
 * A rival in a process of its own. Each line that it is sent starts a round, with a channel and threads made
 * anew. It answers with the time in ns, or with a line that says what went wrong.
 */
export async function startProgram(
  name: string,
  [program = '', ...args]: readonly string[],
  topology: Topology,
  items: number,
): Promise<WorkerSet> {
  const numbers = [topology.producers, topology.consumers, items].map(String)
  const child = spawn(program, [...args, ...numbers], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  // A round notices the end of a process by the end of its answers.
  child.stdin.on('error', () => {})
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  const failed = (why: string) => new Error(`${name}, ${topologyName(topology)}, ${items} items: ${why}`)
  return {
    async round() {
      child.stdin.write('\n')
      let isLate = false
      const deadline = setTimeout(() => {
        isLate = true
        child.kill('SIGKILL')
      }, ROUND_DEADLINE_MS)
      const { done, value } = await answers.next()
      clearTimeout(deadline)
      if (isLate) throw failed(`a round took longer than ${ROUND_DEADLINE_MS / 1000} s`)
      if (done) throw failed('the process has ended in a round')
      if (!/^\d+$/.test(value)) throw failed(value)
      return Number(value)
    },
    async stop() {
      child.stdin.end()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
