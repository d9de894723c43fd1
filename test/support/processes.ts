import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The output of V8 when a heap is full and it aborts: with SIGABRT, or SIGTRAP on Node 22 and later. */
export const V8_ABORT = /FATAL ERROR|Fatal JavaScript out of memory/

export interface Ended {
  /** The exit code; 'killed' if it still ran at the deadline. */
  readonly code: number | 'killed'
  readonly stdout: string
  readonly stderr: string
}

const dist = new URL('../../dist/src/index.js', import.meta.url).href

/**
 * Runs `source`, an ES module in which `millrace` is the library, in a process of its own. The process is
 * killed when it prints `killAt`, and at the deadline.
 */
export function runProcess(source: string, killAt?: string, ms = 30_000): Promise<Ended> {
  const program = `import * as millrace from ${JSON.stringify(dist)}\n${source}`
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--expose-gc', '--input-type=module', '-e', program],
      { cwd: fileURLToPath(new URL('../..', import.meta.url)), timeout: ms, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.killed ? 'killed' : Number(error.code)
        resolve({ code, stdout, stderr })
      },
    )
    child.stdout?.on('data', (text: string) => {
      if (killAt !== undefined && String(text).includes(killAt)) child.kill('SIGKILL')
    })
  })
}
