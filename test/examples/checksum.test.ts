import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, run } from './run.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-checksum-'))
const tree = join(scratch, 'tree')
const MOST_THREADS = Math.max(8, 2 * availableParallelism())
const contents = new Map<string, Buffer>()

function add(path: Buffer | string, content: Buffer): void {
  const whole = Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(path)])
  writeFileSync(whole, content)
  contents.set(whole.toString('latin1'), content)
}

beforeAll(() => {
  mkdirSync(join(tree, 'a/b/c'), { recursive: true })
  mkdirSync(join(tree, 'none'))
  add('empty', Buffer.alloc(0))
  add('a/b/c/deep', Buffer.from('deep'))
  add('a/line\nbreak "quoted" \x1b[31m', Buffer.from('odd'))
  add(`a/${'n'.repeat(255)}`, Buffer.from('long name'))
  add('a/ünï', Buffer.from('not ASCII'))
  add(Buffer.from('a/\xff\xfe', 'latin1'), Buffer.from('not UTF-8'))
  add('whole', Buffer.alloc(4 * 1024 * 1024, 'text '))
  add('streamed', Buffer.concat([randomBytes(5_000_000), Buffer.alloc(3_000_001, 'more text ')]))
  for (let index = 0; index < 20; index++) add(`a/b/${index}`, Buffer.from(`file ${index}`))
  symlinkSync('streamed', join(tree, 'link-to-file'))
  symlinkSync('/etc', join(tree, 'link-to-directory'))
  symlinkSync('nowhere', join(tree, 'link-to-nothing'))
  execFileSync('mkfifo', [join(tree, 'fifo')])
})
afterAll(() => rmSync(scratch, { recursive: true }))

interface Entry {
  path: string
  pathBytes?: string
  bytes: number
  sha256: string
  gzipBytes: number
}

function bytesOf({ path, pathBytes }: Entry): string {
  return (pathBytes === undefined ? Buffer.from(path) : Buffer.from(pathBytes, 'base64')).toString('latin1')
}

function expectWholeTree(files: Entry[]): void {
  expect(files.map(bytesOf).sort()).toEqual([...contents.keys()].sort())
  for (const file of files) {
    const content = contents.get(bytesOf(file)) as Buffer
    expect(file.bytes).toBe(content.length)
    expect(file.sha256).toBe(createHash('sha256').update(content).digest('hex'))
    expect(file.gzipBytes).toBe(gzipSync(content).length)
  }
}

describe('checksum --json', () => {
  let outcome: Outcome
  beforeAll(async () => {
    outcome = await run('checksum.ts', [tree, '--json'])
  })

  it('lists every regular file once, with the digests of its content', () => {
    expect(outcome.code).toBe(0)
    const document = JSON.parse(outcome.stdout)
    expectWholeTree(document.files)
    expect(document.unreadable).toEqual([])
  })

  it('has pathBytes only for names that are not UTF-8', () => {
    const { files } = JSON.parse(outcome.stdout) as { files: Entry[] }
    const given = files.filter(({ pathBytes }) => pathBytes !== undefined)
    expect(given.map(bytesOf)).toEqual([`${tree}/a/\xff\xfe`])
  })

  it('prints the summary on stderr', () => {
    expect(outcome.stderr).toMatch(/^digesting .*\n\d+ threads?\s*: 28 files, .* MB\/s\n$/)
  })

  it('lists no file twice when a thread dies after it has put its digest', async () => {
    const imports = [new URL('./fixtures/dies-after-put.mjs', import.meta.url).href]
    const env = { DEATH_MARK: join(scratch, 'died') }
    const { code, stdout, stderr } = await run('checksum.ts', [tree, '--json', '--threads', '2'], {
      imports,
      env,
    })
    expect(stderr).toMatch(/a thread died \(exit code 7\)/)
    expect(code).toBe(0)
    expectWholeTree(JSON.parse(stdout).files)
  })

  it.each([
    ['threads die more often than they are started again', 'dies-after-put.mjs', 'died with exit code 7'],
    ['no thread can be started', 'never-starts.mjs', 'no thread today'],
  ])('says why %s, with exit code 1', async (_, fixture, why) => {
    const imports = [new URL(`./fixtures/${fixture}`, import.meta.url).href]
    const { code, stdout, stderr } = await run('checksum.ts', [tree, '--json', '--threads', '2'], { imports })
    const last = stderr.trimEnd().split('\n').at(-1)
    expect(last).toMatch(/^checksum: thread \d of group 'digest' .*after \d restarts?, /)
    expect(last).toContain(why)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })

  it('is one whole document, marked interrupted, after SIGINT, with exit code 130', async () => {
    const { code, stdout } = await run('checksum.ts', [tree, '--json', '--threads', '1'], {
      imports: [new URL('./fixtures/interrupted.mjs', import.meta.url).href],
    })
    const document = JSON.parse(stdout)
    expect(document.interrupted).toBe(true)
    expect(document.files.length).toBeGreaterThan(0)
    expect(code).toBe(130)
    for (const file of document.files as Entry[]) {
      const content = contents.get(bytesOf(file)) as Buffer
      expect(file.sha256).toBe(createHash('sha256').update(content).digest('hex'))
    }
  })

  it('lists nothing in an empty directory', async () => {
    const { code, stdout } = await run('checksum.ts', [join(tree, 'none'), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ files: [], unreadable: [], bytes: 0 })
  })

  it('names a file that vanished before it was opened, and goes on', async () => {
    const imports = [new URL('./fixtures/vanished.mjs', import.meta.url).href]
    const { code, stdout } = await run('checksum.ts', [tree, '--json'], { imports })
    expect(code).toBe(0)
    const { files, unreadable } = JSON.parse(stdout)
    expect(unreadable).toEqual([{ path: `${tree}/whole`, error: 'ENOENT: no such file or directory' }])
    expect(files.length).toBe(contents.size - 1)
  })
})

describe('checksum', () => {
  it('compares one thread with several', async () => {
    const { code, stdout } = await run('checksum.ts', [tree, '--compare', '--threads', '2'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /\n1 thread : 28 files.*\n2 threads: 28 files.*\nspeed-up: \d+\.\d\d with 2 threads/,
    )
  })

  it('prints no error when the reader of its output leaves', async () => {
    const { stderr } = await run('checksum.ts', [tree, '--json'], {
      onStart: (child) => child.stdout?.destroy(),
    })
    expect(stderr).toMatch(/^digesting .*\n\d+ threads?\s*: 28 files, .* MB\/s\n$/)
  })

  it('names a missing directory, with exit code 1', async () => {
    const { code, stdout, stderr } = await run('checksum.ts', [join(tree, 'missing')])
    expect(stderr).toMatch(/ENOENT: no such file or directory.*missing/)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })

  it('describes itself with --help', async () => {
    const { code, stdout } = await run('checksum.ts', ['--help'])
    expect(stdout).toContain(`1 to ${MOST_THREADS}`)
    expect(code).toBe(0)
  })

  it.each([
    [['--threads', '0'], /--threads: an integer from 1 to \d+ expected, got '0'/],
    [['--threads', '-1'], /--threads: an integer from 1 to \d+ expected, got '-1'/],
    [['--threads', String(MOST_THREADS + 1)], new RegExp(`from 1 to ${MOST_THREADS} expected, got '`)],
    [['--threads=two'], /--threads: an integer from 1 to \d+ expected, got 'two'/],
    [['--threads'], /--threads: an integer from 1 to \d+ expected, got nothing/],
    [['--json=yes'], /--json: takes no value, got 'yes'/],
    [['one', 'two'], /DIR: one directory expected, got 2: one, two/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run('checksum.ts', args)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})
