import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The program as the package holds it. */
export const PROGRAM = join(root, 'lib/src/command-line/index.js')
/** The longest time that a command may take. */
const DEADLINE_MS = 30_000

export interface Outcome {
  /** The exit code, or the signal that ended the process. */
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** A command that goes on. It is killed at the deadline, and then has the code SIGKILL. */
export class Command {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Outcome>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], cwd = root) {
    const env: NodeJS.ProcessEnv = { ...process.env }
    for (const name of Object.keys(env)) if (/^(?:VITEST|NODE_OPTIONS|NODE_ENV)/.test(name)) delete env[name]
    this.child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env })
    const timer = setTimeout(() => this.child.kill('SIGKILL'), DEADLINE_MS)
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      this.stdout += text
    })
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text
    })
    // The command may end before it has read all.
    this.child.stdin.on('error', () => {})
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        clearTimeout(timer)
        resolve({ code: code ?? signal ?? '', stdout: this.stdout, stderr: this.stderr })
      })
    })
  }
}

/** Runs `millrace` with these arguments and this input. */
export function millrace(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  const command = new Command(args)
  command.child.stdin.end(input)
  return command.ended
}

/** Runs `millrace map` with a function of `fixtures/stages.mjs`. */
export function map(
  name: string,
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<Outcome> {
  return millrace(['map', stage(name), ...args], input)
}

/** FILE#export of a function of `fixtures/stages.mjs`. */
export function stage(name: string): string {
  return `${fileURLToPath(new URL('./fixtures/stages.mjs', import.meta.url))}#${name}`
}

/** The lines from `first` to `last`, each a number. */
export function numbers(first: number, last: number): string {
  let text = ''
  for (let number = first; number <= last; number++) text += `${number}\n`
  return text
}

/** A folder of this test file, which is removed after its tests. */
export function folder(): { readonly path: string; write(name: string, text: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'millrace-command-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path,
    write(name, text) {
      const file = join(path, name)
      writeFileSync(file, text)
      return file
    },
  }
}
