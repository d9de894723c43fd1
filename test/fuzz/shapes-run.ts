import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A block of items, and a digest of what became of them. */
interface Block {
  readonly done: number
  readonly digest: string
  readonly compiled: number
}

export interface ShapesResult {
  /** How many items were encoded. */
  readonly done: number
  /** How many shapes the process compiled that may do so. */
  readonly compiled: number
  /** The blocks that the two processes did not do alike. */
  readonly faults: readonly string[]
}

const SCRIPT = fileURLToPath(new URL('shapes-process.ts', import.meta.url))

/** Encodes and decodes `count` items in two processes, of which one may not make code from text. */
export async function fuzzShapes(
  seed: number,
  count: number,
  block: number,
  deadlineMs: number,
): Promise<ShapesResult> {
  const run = (...nodeOptions: string[]) => blocksOf(nodeOptions, [seed, count, block, -1], deadlineMs)
  const [compiled, loops] = await Promise.all([run(), run('--disallow-code-generation-from-strings')])
  const faults: string[] = []
  for (const [i, { done, digest }] of compiled.entries()) {
    if (loops[i]?.digest !== digest) faults.push(`items ${done - block} to ${done} of seed ${seed} differ`)
  }
  if (loops.some((each) => each.compiled > 0)) faults.push('a process compiled although it may not')
  const last = compiled.at(-1)
  return { done: last?.done ?? 0, compiled: last?.compiled ?? 0, faults }
}

function blocksOf(
  nodeOptions: readonly string[],
  numbers: readonly number[],
  deadlineMs: number,
): Promise<Block[]> {
  const argv = [...nodeOptions, '--import', 'tsx', SCRIPT, ...numbers.map(String)]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'], timeout: deadlineMs })
  let output = ''
  let errors = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  child.stderr.on('data', (text) => {
    errors = (errors + text).slice(-4000)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code !== 0) return reject(new Error(`${argv.join(' ')} ended with ${signal ?? code}\n${errors}`))
      resolve(
        output
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Block),
      )
    })
  })
}
