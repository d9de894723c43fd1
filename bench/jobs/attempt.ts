import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const DEADLINE_MS = 180_000
const USAGE = new URL('./usage.mjs', import.meta.url).href

/** One run of a program, in a process of its own. */
export interface Attempt {
  /** From the start of the process to its end. */
  readonly ms: number
  /** The largest resident set, in MB; NaN if the program did not end by itself. */
  readonly megabytes: number
  /** The processor time of all threads, in ms; NaN likewise. */
  readonly cpuMs: number
  /** SHA-256 of its output. */
  readonly digest: string
  /** Undefined if it ended with exit code 0. */
  readonly failure: string | undefined
}

/**
 * Runs `program` with the arguments INPUT and OUTPUT, INPUT also as its standard input. Its output is what it
 * wrote to standard output, and to OUTPUT.
 */
export async function attempt(program: string, input: string, folder: string): Promise<Attempt> {
  const [stdout, output] = [join(folder, 'stdout'), join(folder, 'output')]
  writeFileSync(output, '')
  const fds = [input === '' ? 'ignore' : openInput(input), openSync(stdout, 'w')] as const
  const file = fileURLToPath(new URL(program, import.meta.url))
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', USAGE, file, input, output], {
    stdio: [...fds, 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  let [errors, usage] = ['', '']
  child.stderr?.on('data', (data) => {
    errors += data
  })
  child.stdio[3]?.on('data', (data) => {
    usage += data
  })
  const end = await new Promise<{ ms: number; code: number | string | null }>((resolve, reject) => {
    let ms = 0
    child.once('error', reject)
    child.once('exit', () => {
      ms = performance.now() - began
    })
    child.once('close', (code, signal) => resolve({ ms, code: code ?? signal }))
  })
  for (const fd of fds) if (typeof fd === 'number') closeSync(fd)
  const [kilobytes = Number.NaN, cpuMs = Number.NaN] = usage === '' ? [] : usage.split(' ').map(Number)
  return {
    ms: end.ms,
    megabytes: kilobytes / 1024,
    cpuMs,
    digest: (await digestOf(stdout)) + (await digestOf(output)),
    failure: end.code === 0 ? undefined : `${program}: ${end.code}\n${errors}`,
  }
}

/** A folder is no standard input. */
function openInput(input: string): number | 'ignore' {
  return /\.\w+$/.test(input) ? openSync(input, 'r') : 'ignore'
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
