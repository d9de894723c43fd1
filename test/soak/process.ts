import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Job, Line, Message } from './job.ts'
import type { Sample } from './memory.ts'

export interface SoakEnd {
  /** The figures of the process up to its end. */
  readonly last: Line | undefined
  readonly rss: readonly Sample[]
  readonly heap: readonly Sample[]
  /** The fault that the soak found; absent if it found none, and if Node ended the process. */
  readonly failure?: string
  /** The reason why Node, V8 or the system ended the process; absent otherwise. */
  readonly abort?: string
}

/**
 * The longest time in ms without a message. The process sends one each second, and needs a few waits to drain
 * at the end.
 */
const silenceMsOf = ({ deadlineMs }: Job) => 60_000 + 3 * deadlineMs
/** Characters of warnings and the like that are kept for the text of a failure. */
const KEPT = 8000

/** Soaks in a process of its own. So an end by Node differs from a failure, and a hang can be ended. */
export function soakInProcess(job: Job, onLine: (line: Line) => void): Promise<SoakEnd> {
  const path = fileURLToPath(new URL('start.mjs', import.meta.url))
  const args = ['--expose-gc', path, JSON.stringify(job)]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const rss: Sample[] = []
    const heap: Sample[] = []
    let last: Line | undefined
    let failure: string | undefined
    let hasEnded = false
    let rest = ''
    let errors = ''
    let timer: NodeJS.Timeout
    const silence = silenceMsOf(job)
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        failure ??= hasEnded
          ? `the process did not end by itself within ${silence} ms`
          : `the main thread sent no message for ${silence} ms`
        child.kill('SIGKILL')
      }, silence)
    }
    const receive = (message: Message) => {
      if (message.kind === 'failure') failure ??= message.text
      else if (message.kind === 'end') hasEnded = true
      else if (message.kind === 'line') {
        last = message.line
        onLine(message.line)
      } else if (message.kind === 'sample') {
        rss.push({ minute: message.minute, bytes: message.rss })
        heap.push({ minute: message.minute, bytes: message.heap })
      }
    }
    wait()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      wait()
      const lines = (rest + text).split('\n')
      rest = lines.pop() as string
      for (const line of lines) if (line.startsWith('{"kind"')) receive(JSON.parse(line) as Message)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-KEPT)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const figures = { last, rss, heap }
      if (failure !== undefined) resolve({ ...figures, failure: `${failure}\n${errors}`.trim() })
      else if (signal !== null || code === 134 || code === 139 || errors.includes('FATAL ERROR')) {
        resolve({ ...figures, abort: `${signal ?? `exit code ${code}`}: ${errors.slice(-1000)}` })
      } else if (code !== 0 || !hasEnded) {
        resolve({ ...figures, failure: `the process ended early, with exit code ${code}: ${errors}` })
      } else resolve(figures)
    })
  })
}
