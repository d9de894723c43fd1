import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { until, within } from '../support/deadline.ts'
import { Command, folder, numbers, PROGRAM, stage } from './run.ts'

function inShell(command: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('bash', ['-c', command], { timeout: 30_000, killSignal: 'SIGKILL' })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

const MAP = `'${process.execPath}' '${PROGRAM}' map '${stage('same')}' --threads 1`

describe('a reader of the output that leaves', () => {
  it('ends the command at once, quietly, with exit code 0', async () => {
    const { code, stdout, stderr } = await inShell(`yes | ${MAP} | head -3; echo "\${PIPESTATUS[1]}"`)
    expect([code, stdout, stderr]).toEqual([0, 'y\ny\ny\n0\n', ''])
  })

  it('ends it while standard input stays open', async () => {
    const command = new Command(['map', stage('same'), '--threads', '1'])
    command.child.stdin.write('a\n')
    await until(() => command.stdout === 'a\n', 'the first line')
    command.child.stdout.destroy()
    command.child.stdin.write('b\nc\n')
    const { code, stderr } = await within(command.ended, 'the end of the command')
    expect([code, stderr]).toEqual([0, ''])
  })
})

describe('an open standard input', () => {
  it('gets an answer for each line as soon as it is there', async () => {
    const command = new Command(['map', stage('upper'), '--threads', '2'])
    for (const [line, stdout] of [
      ['a', 'A\n'],
      ['b', 'A\nB\n'],
    ] as const) {
      command.child.stdin.write(`${line}\n`)
      await until(() => command.stdout === stdout, `the result of ${line}`)
    }
    command.child.stdin.end()
    expect((await within(command.ended, 'the end of the command')).code).toBe(0)
  })

  it('does not hold a command that has failed', async () => {
    const command = new Command(['map', stage('failsAtSeven')])
    command.child.stdin.write('6\n7\n')
    const { code, stdout } = await within(command.ended, 'the end of the command')
    expect([code, stdout]).toEqual([1, '6\n'])
  })
})

describe('an output that cannot be written', () => {
  it.runIf(existsSync('/dev/full'))('ends the command with exit code 1', async () => {
    const { code, stderr } = await inShell(`seq 1 9 | ${MAP} > /dev/full`)
    expect([code, stderr]).toMatchObject([
      1,
      expect.stringMatching(/^millrace: standard output: ENOSPC.*\n$/),
    ])
    const file = await inShell(`seq 1 9 | ${MAP} --output /dev/full`)
    expect([file.code, file.stderr]).toMatchObject([
      1,
      expect.stringMatching(/^millrace: \/dev\/full: ENOSPC/),
    ])
    const folder = await inShell(`seq 1 9 | ${MAP} --output /`)
    expect([folder.code, folder.stderr]).toMatchObject([1, expect.stringMatching(/^millrace: \/: EISDIR/)])
  })
})

describe('an input', () => {
  it('is refused if it is a folder', async () => {
    const { code, stderr } = await inShell(`${MAP} < /`)
    expect(stderr).toMatch(/^millrace: standard input must be a file, not a folder\n/)
    expect(code).toBe(2)
  })

  it('may be a named pipe', async () => {
    const { code, stdout } = await inShell(`${MAP} --input <(seq 1 3)`)
    expect([code, stdout]).toEqual([0, '1\n2\n3\n'])
  })
})

describe('a signal', () => {
  const files = folder()
  let count = 0

  /** A command with a call under way, and standard input open. */
  async function begun(...args: string[]): Promise<{ command: Command; gate: () => Promise<void> }> {
    const at = `${files.path}/${++count}`
    await mkdir(at)
    const command = new Command(['map', stage('waitsForGate'), '--threads', '1', ...args])
    command.child.stdin.write(`${at}|a\n${at}|b\n`)
    const isBegun = async () => (await readFile(`${at}/begun`, 'utf8').catch(() => '')).startsWith('a\n')
    const deadline = performance.now() + 15_000
    while (!(await isBegun())) expect(performance.now(), 'the first call').toBeLessThan(deadline)
    return { command, gate: () => writeFile(`${at}/gate`, '') }
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s stops reading, finishes what is under way, and gives exit code %i',
    async (signal, code) => {
      const { command, gate } = await begun()
      command.child.kill(signal)
      await until(() => command.stderr.includes('stopping'), 'the notice')
      await gate()
      const ended = await within(command.ended, 'the end of the command')
      expect(ended.code).toBe(code)
      expect(['a\n', 'a\nb\n']).toContain(ended.stdout)
      expect(ended.stderr).toBe(
        'millrace: stopping: lines under way are finished; a second signal ends them\n',
      )
    },
  )

  it('ends the command at once if it is the second', async () => {
    const { command } = await begun()
    command.child.kill('SIGINT')
    await until(() => command.stderr.includes('stopping'), 'the notice')
    // One that comes too soon counts as the first.
    const again = setInterval(() => command.child.kill('SIGINT'), 20)
    const { code, stdout } = await within(command.ended, 'the end of the command')
    clearInterval(again)
    expect([code, stdout]).toEqual([130, ''])
  })

  it('ends it at once if it is another one', async () => {
    const { command } = await begun()
    command.child.kill('SIGINT')
    await until(() => command.stderr.includes('stopping'), 'the notice')
    command.child.kill('SIGTERM')
    const { code, stdout } = await within(command.ended, 'the end of the command')
    expect([code, stdout]).toEqual([143, ''])
  })

  it('counts once if npx passes it on', async () => {
    const { command, gate } = await begun()
    command.child.kill('SIGINT')
    command.child.kill('SIGINT')
    await until(() => command.stderr.includes('stopping'), 'the notice')
    await gate()
    const { code, stdout } = await within(command.ended, 'the end of the command')
    expect([code, ['a\n', 'a\nb\n'].includes(stdout)]).toEqual([130, true])
  })

  it('in the middle of much input leaves whole lines, in order', async () => {
    const command = new Command(['map', stage('same'), '--threads', '2'])
    const feed = () => command.child.stdin.write(numbers(1, 50_000))
    feed()
    command.child.stdin.on('drain', feed)
    await until(() => command.stdout.length > 100_000, 'some output')
    command.child.kill('SIGINT')
    const { code, stdout } = await within(command.ended, 'the end of the command')
    command.child.stdin.off('drain', feed)
    expect(code).toBe(130)
    const round = numbers(1, 50_000)
    const expected = round.repeat(Math.ceil(stdout.length / round.length)).slice(0, stdout.length)
    expect(stdout === expected).toBe(true)
    expect(stdout.endsWith('\n')).toBe(true)
  })
})
