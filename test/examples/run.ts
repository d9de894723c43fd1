import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Outcome {
  code: number | null
  /** The signal that ended the process, if one did. */
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Pieces of stdout, each with the time from it to the end of the process, in ms. */
  pieces: { text: string; before: number }[]
}

export interface RunOptions {
  /** Modules that every thread loads first. */
  imports?: string[]
  env?: Record<string, string>
  /** ms after which it is killed, by default 50 s. */
  timeout?: number
  /** Called with the process as soon as it has started. */
  onStart?: (child: ChildProcess) => void
}

/**
 * Sends SIGINT when stdout has `text`, and again after each of the `gaps` in ms, as a user at a terminal
 * does.
 */
export function interruptAt(text: string, ...gaps: number[]) {
  return (child: ChildProcess): void => {
    let seen = ''
    child.stdout?.on('data', async (data: Buffer) => {
      if (seen.includes(text)) return
      seen += data
      if (!seen.includes(text)) return
      child.kill('SIGINT')
      for (const gap of gaps) {
        await new Promise((resolve) => setTimeout(resolve, gap))
        child.kill('SIGINT')
      }
    })
  }
}

/** Runs an example as a user does. It is killed after `timeout`, and `code` is then null. */
export function run(example: string, args: string[] = [], options: RunOptions = {}): Promise<Outcome> {
  const imports = ['tsx', ...(options.imports ?? [])].flatMap((module) => ['--import', module])
  const child = spawn(process.execPath, [...imports, `examples/${example}`, ...args], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeout ?? 50_000,
    killSignal: 'SIGKILL',
  })
  const pieces: { text: string; at: number }[] = []
  const errors: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => pieces.push({ text: data.toString(), at: performance.now() }))
  child.stderr.on('data', (data: Buffer) => errors.push(data))
  options.onStart?.(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const end = performance.now()
      resolve({
        code,
        signal,
        stdout: pieces.map(({ text }) => text).join(''),
        stderr: Buffer.concat(errors).toString(),
        pieces: pieces.map(({ text, at }) => ({ text, before: end - at })),
      })
    })
  })
}
