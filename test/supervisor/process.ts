import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach } from 'vitest'
import { within } from '../support/deadline.ts'

const dist = new URL('../../dist/src/index.js', import.meta.url).href
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A process under test. */
export interface Program {
  /** Resolves once it has written `text`. */
  says(text: string): Promise<void>
  signal(name: NodeJS.Signals): void
  /** Sends the signal repeatedly until the process has ended. */
  insists(name: NodeJS.Signals): void
  /** Resolves when it has ended by itself. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>
}

/** Starts `source` as an ES module. In it, `millrace` is the library. */
export function program(source: string): Program {
  const text = `import * as millrace from ${JSON.stringify(dist)}\n${source}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let stdout = ''
  let stderr = ''
  let wake = () => {}
  child.stdout.on('data', (data) => {
    stdout += data
    wake()
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const end = once(child, 'close')
  const says = async (text: string) => {
    while (!stdout.includes(text)) {
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve
        }),
        end.then(() => {
          if (!stdout.includes(text)) throw new Error(`it ended without '${text}': ${stdout}\n${stderr}`)
        }),
      ])
    }
  }
  return {
    says: (text) => within(says(text), `'${text}' in ${stdout}\n${stderr}`),
    signal: (name) => child.kill(name),
    insists: (name) => {
      const timer = setInterval(() => child.kill(name), 50)
      void end.then(() => clearInterval(timer))
    },
    ended: async () => {
      const [code, signal] = await within(end, `the end of the process: ${stdout}\n${stderr}`)
      return { code, signal, stdout, stderr }
    },
  }
}
