import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { V8_ABORT } from '../../support/processes.ts'

/** The table of kills: each order, each way to die, each shape of the function. */
export interface Cell {
  readonly order: 'ordered' | 'unordered' | 'key'
  /** A call ends its thread, or fills its heap; or threads are terminated from outside at any moment. */
  readonly way: 'exit' | 'memory' | 'terminate'
  readonly shape: 'work' | 'workLater' | 'spread'
}

export interface Line {
  readonly round: number
  readonly deaths: number
  readonly ms: number
  readonly failure?: string
}

export interface Outcome {
  readonly lines: readonly Line[]
  /** Processes that V8 ended for lack of memory, which no library can prevent. */
  readonly aborts: number
}

const HOST = fileURLToPath(new URL('./host.mjs', import.meta.url))
const MOST_ABORTS = 20

export const CELLS: readonly Cell[] = (['ordered', 'unordered', 'key'] as const).flatMap((order) =>
  (['exit', 'memory', 'terminate'] as const).flatMap((way) =>
    (['work', 'workLater', 'spread'] as const).map((shape) => ({ order, way, shape })),
  ),
)

export function nameOf({ order, way, shape }: Cell): string {
  return `${order} ${shape}, ${way}`
}

/** Plays rounds of a cell in a process that must end by itself. @throws Error for one that does not */
export async function kill(cell: Cell, seed: number, from: number, rounds: number): Promise<Outcome> {
  const lines: Line[] = []
  let aborts = 0
  while (lines.length < rounds) {
    const job = {
      cell,
      seed: seed + aborts * 1_000_000,
      from: from + lines.length,
      rounds: rounds - lines.length,
    }
    const { output, errors, code, isAborted } = await inProcess(JSON.stringify(job), 30_000 + rounds * 60_000)
    for (const line of output.split('\n')) if (line.startsWith('{')) lines.push(JSON.parse(line))
    if (lines.some(({ failure }) => failure !== undefined)) break
    if (isAborted && cell.way === 'memory' && ++aborts <= MOST_ABORTS) continue
    if (code !== 0) throw new Error(`the process ended with ${code}: ${errors}`)
  }
  return { lines, aborts }
}

interface Ended {
  readonly output: string
  readonly errors: string
  readonly code: number | null
  readonly isAborted: boolean
}

function inProcess(job: string, ms: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_OPTIONS: '' }
    const child = spawn(process.execPath, [HOST, job], { stdio: ['ignore', 'pipe', 'pipe'], env })
    let output = ''
    let errors = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    child.stderr.on('data', (text) => {
      errors += text
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(
        new Error(`the process did not end by itself within ${ms} ms: ${output.slice(-2000)}\n${errors}`),
      )
    }, ms)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const isAborted = signal === 'SIGABRT' || code === 134 || V8_ABORT.test(errors)
      resolve({ output, errors, code, isAborted })
    })
  })
}
