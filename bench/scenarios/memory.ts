import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Contender, Scenario } from './scenario.ts'

const FILE = fileURLToPath(new URL('../threads/memory.mjs', import.meta.url))
const DEADLINE_MS = 60_000

const KINDS = [
  { kind: 'int32', what: 'int32', waiting: 2 ** 18 },
  { kind: 'object', what: 'objects of 4 fields, default codec and itemBytes', waiting: 2 ** 16 },
  { kind: 'bytes', what: 'Uint8Arrays of 1 KiB, codec bytes, itemBytes 1024', waiting: 2 ** 14 },
] as const

/** Each value is taken in a process of its own. */
export const MEMORY: readonly Scenario[] = KINDS.map(({ kind, what, waiting }) => ({
  name: `memory/${kind}`,
  group: 'memory',
  title: `memory for each of ${waiting.toLocaleString('en')} ${what} that wait`,
  threads: 1,
  unit: 'bytes',
  better: 'less',
  baseline: 'postMessage, resident',
  inQuick: kind === 'int32',
  contenders: () => [
    contender('queue, shared memory reserved', 'shared', kind, waiting),
    contender('queue, resident', 'queue', kind, waiting),
    contender('postMessage, resident', 'channel', kind, waiting),
    contender('array, resident', 'array', kind, waiting),
  ],
}))

function contender(name: string, measure: string, kind: string, items: number): Contender {
  return {
    name,
    items,
    gives: 'value',
    start: () => ({ round: () => run(measure, kind, String(items)), stop: () => {} }),
  }
}

function run(...args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--expose-gc', FILE, ...args],
      { timeout: DEADLINE_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) =>
        error === null ? resolve(Number(stdout)) : reject(new Error(`${args.join(' ')}: ${stderr}`)),
    )
  })
}
