import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { within } from '../support/deadline.ts'

const fixture = fileURLToPath(new URL('./fixtures/logs.mjs', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface Logging {
  /** No one reads it until a test does. */
  readonly stdout: Readable
  /** Lets the threads go on once. */
  go(): void
  message(): Promise<unknown>
  /** Asserts that the process ends by itself, without an error. */
  ended(): Promise<void>
}

/** Starts the fixture. With `|` its output is a pipe to `cat`, where Node would make a socket. */
function start(args: string[], output: 'pipe' | '|' | number = 'pipe', env: object = {}): Logging {
  const command = [process.execPath, fixture, ...args]
  const shell = ['sh', '-c', '{ "$@" || echo "code $?" >&2; } | { cat || :; }', 'sh', ...command]
  const [file, ...rest] = output === '|' ? shell : command
  const child = spawn(file as string, rest, {
    stdio: ['pipe', output === '|' ? 'pipe' : output, 'pipe', 'ipc'],
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env },
  })
  children.push(child)
  const messages: unknown[] = []
  let arrive = () => {}
  child.on('message', (message) => {
    messages.push(message)
    arrive()
  })
  const complaints = text(child.stderr as Readable)
  const exit = once(child, 'exit')
  const next = async () => {
    while (messages.length === 0) await new Promise<void>((resolve) => (arrive = resolve))
    return messages.shift()
  }
  return {
    stdout: child.stdout as Readable,
    go: () => child.stdin?.write('go\n'),
    message: () => within(next(), `a message of logs.mjs ${args.join(' ')}`),
    ended: async () => {
      const [code] = await within(exit, `the end of logs.mjs ${args.join(' ')}`, 30_000)
      expect([code, await complaints]).toEqual([0, ''])
    },
  }
}

/** The lines of the threads of `flood`, each thread's in order. The order between threads is not fixed. */
function expectAll(output: string, lines: number): void {
  const read: string[][] = [[], [], [], []]
  for (const line of output.split('\n').slice(0, -1)) read[Number(line[0])]?.push(line)
  for (const [thread, found] of read.entries()) {
    const wanted = Array.from({ length: lines }, (_, n) => `${thread} ${n} ${'é日𝄞-'.repeat(9)}`)
    expect(found.find((line, n) => line !== wanted[n])).toBeUndefined()
    expect(found).toHaveLength(lines)
  }
  expect(output.match(/\n/g)).toHaveLength(4 * lines)
  expect(output.at(-1)).toBe('\n')
}

describe('log', () => {
  it.each([
    ['a socket', 'pipe'],
    ['a pipe', '|'],
  ] as const)('is read from %s while the thread blocks', async (_, output) => {
    const { stdout, go, ended } = start(['asked', '5'], output)
    let read = ''
    const answering = (async () => {
      for await (const chunk of stdout) {
        read += chunk
        // The thread blocks until this line has arrived.
        if (read.endsWith('\n')) go()
      }
    })()
    await within(answering, 'the last line')
    expect(read).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n')
    await ended()
  })

  it.each([
    ['a socket', 'pipe'],
    ['a pipe', '|'],
  ] as const)('loses and tears no line while %s is not read, and other threads run', async (_, output) => {
    const lines = 20_000
    const { stdout, message, ended } = start(['flood', `${lines}`], output)
    expect(await message()).toHaveProperty('standstill')
    const read = await within(text(stdout), 'all lines', 30_000)
    expectAll(read, lines)
    expect(await message()).toEqual({ lines: Array(4).fill(lines) })
    await ended()
  })

  it('writes a line that is longer than a pipe holds', async () => {
    const { stdout, ended } = start(['long', '3'], '|')
    const read = await within(text(stdout), 'all lines', 30_000)
    expect(read === [0, 1, 2].map((n) => `${n} ${'é日𝄞-'.repeat(100_000)}\n`).join('')).toBe(true)
    await ended()
  })

  it.each([
    ['a socket', 'pipe'],
    ['a pipe', '|'],
  ] as const)('is silent once the reader of %s has gone', async (_, output) => {
    const { stdout, go, message, ended } = start(['gone', '20000'], output)
    await within(once(stdout, 'data'), 'the first line')
    stdout.destroy()
    await once(stdout, 'close')
    go()
    expect(await message()).toBe('worked to its end')
    expect(await message()).toEqual({ lines: [20_000, 0, 0, 0] })
    await ended()
  })

  it('writes to a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
    const file = openSync(join(folder, 'log'), 'w')
    const { ended } = start(['flood', '2000'], file)
    await ended()
    closeSync(file)
    expectAll(readFileSync(join(folder, 'log'), 'utf8'), 2000)
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['on a full disk', '/dev/full', 'w'],
    ['where standard output cannot be written', '/dev/null', 'r'],
  ])('is silent %s', async (_, path, flags) => {
    const file = openSync(path, flags)
    const { ended, message } = start(['flood', '100'], file)
    expect(await message()).toEqual({ lines: Array(4).fill(100) })
    await ended()
    closeSync(file)
  })

  it('formats as console.log does', async () => {
    const { stdout, ended } = start(['formats'])
    const [logged, printed] = (await within(text(stdout), 'all lines')).split('====\n')
    expect(logged).toContain('a is 1.5, 1 or 1.5:')
    expect(logged).toBe(printed)
    await ended()
  })

  it('has no colours where console.log may have some', async () => {
    const { stdout, ended } = start(['formats'], 'pipe', { FORCE_COLOR: '3' })
    const [logged] = (await within(text(stdout), 'all lines')).split('====\n')
    expect(logged).toContain('a is 1.5, 1 or 1.5:')
    expect(logged).not.toContain('\u001b')
    await ended()
  })
})

/** Replaces the system call; it writes its argument unless it is set to fail. */
const system = vi.hoisted(() => ({ write: (_fd: number, _bytes: Uint8Array, _from: number): number => 0 }))

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  writeSync: (fd: number, bytes: Uint8Array, from: number) => system.write(fd, bytes, from),
}))

describe('a write of log', () => {
  let written: number[]
  let answers: (number | string)[]
  let calls: number
  let log: (...args: unknown[]) => void

  beforeEach(async () => {
    written = []
    answers = []
    calls = 0
    system.write = (fd, bytes, from) => {
      calls++
      expect(fd).toBe(1)
      const answer = answers.shift() ?? bytes.length
      if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer })
      written.push(...bytes.subarray(from, from + answer))
      return Math.min(answer, bytes.length - from)
    }
    vi.resetModules()
    log = (await import('../../workers/log.ts')).log
  })

  const output = () => Buffer.from(written).toString()

  it('goes on after each byte that the system took, and tries again after EAGAIN', () => {
    answers = Array.from({ length: 11 }, () => [1, 'EAGAIN']).flat()
    log('é日𝄞')
    expect(output()).toBe('é日𝄞\n')
    expect(calls).toBeGreaterThanOrEqual(19)
  })

  it.each(['EPIPE', 'EBADF'])('is the last one after %s', (code) => {
    answers = [code]
    log('a')
    log('b')
    expect([calls, output()]).toEqual([1, ''])
  })

  it.each(['ENOSPC', 'EIO', 'ECONNRESET'])('is dropped after %s, the next one is not', (code) => {
    answers = [code]
    log('a')
    log('b')
    expect([calls, output()]).toEqual([2, 'b\n'])
  })
})
