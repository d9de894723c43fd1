import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { folder, map, millrace, numbers, stage } from './run.ts'

const OK = { code: 0, stderr: '' }

describe('millrace map', () => {
  const files = folder()

  it('writes a line for each line, in their order', async () => {
    const input = numbers(1, 400)
    expect(await map('uneven', ['--threads', '2'], input)).toEqual({ ...OK, stdout: input })
  })

  it('writes the same lines in any order with --unordered', async () => {
    const input = numbers(1, 400)
    const { code, stdout } = await map('uneven', ['--threads', '2', '--unordered'], input)
    expect(code).toBe(0)
    const sorted = stdout.split('\n').sort((a, b) => Number(a) - Number(b))
    expect(sorted.join('\n').trimStart()).toBe(input.trimEnd())
  })

  it('calls the default export, also of TypeScript', async () => {
    expect(await millrace(['map', 'examples/stages/upper.mjs'], 'a\n')).toEqual({ ...OK, stdout: 'A\n' })
    expect(await millrace(['map', 'examples/stages/square.ts'], '3\n4\n')).toEqual({
      ...OK,
      stdout: '9\n16\n',
    })
  })

  it('calls an export of CommonJS, and a function of threaded', async () => {
    const cjs = files.write('work.cjs', 'exports.twice = (line) => line + line\n')
    expect(await millrace(['map', `${cjs}#twice`], 'ab\n')).toEqual({ ...OK, stdout: 'abab\n' })
    const library = new URL('../../lib/src/index.js', import.meta.url).href
    const source = `import { threaded } from '${library}'\nexport const twice = threaded(import.meta, (line) => line + line)\n`
    const mjs = files.write('threaded.mjs', source)
    expect(await millrace(['map', `${mjs}#twice`], 'ab\n')).toEqual({ ...OK, stdout: 'abab\n' })
  })

  it('finds a file with # in its name', async () => {
    const file = files.write('c#.mjs', "export default (line) => line + '!'\nexport const other = () => 1\n")
    expect((await millrace(['map', file], 'a\n')).stdout).toBe('a!\n')
    expect((await millrace(['map', `${file}#other`], 'a\n')).stdout).toBe('1\n')
  })

  it.each([
    ['nothing', '', ''],
    ['one empty line', '\n', '\n'],
    ['no final line end', 'a\nb', 'A\nB\n'],
    ['CR LF', 'a\r\nb\r\n', 'A\nB\n'],
    ['empty lines', '\n\na\n\n', '\n\nA\n\n'],
  ])('reads %s', async (_name, input, stdout) => {
    expect(await map('upper', ['--threads', '1'], input)).toEqual({ ...OK, stdout })
  })

  it('reads characters of several bytes across its chunks', async () => {
    const input = `x${'€😀ü\u2028'.repeat(30_000)}\n`.repeat(3)
    const { code, stdout } = await map('same', ['--threads', '1'], input)
    expect(code).toBe(0)
    expect(stdout === input).toBe(true)
  })

  it('reads and writes a line of 8 MB', async () => {
    const input = `${'x'.repeat(2 ** 23)}\n`
    const { code, stdout, stderr } = await map('upper', ['--threads', '1'], input)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout === input.toUpperCase()).toBe(true)
  })

  it('writes a result that is no string as JSON, and undefined as an empty line', async () => {
    const input = 'undefined\nnull\nnumber\ntext\nobject\n'
    expect(await map('resultFor', [], input)).toEqual({
      ...OK,
      stdout: '\nnull\n1.5\na text\n{"a":[1,"b"]}\n',
    })
  })

  it('names the line whose result cannot be JSON', async () => {
    const { code, stdout, stderr } = await map('resultFor', [], 'text\nbigint\ntext\n')
    expect(stderr).toMatch(/^millrace: line 2: TypeError: .*BigInt/)
    expect([code, stdout]).toEqual([1, 'a text\n'])
  })

  it('keeps the lines for which the function is truthy with --filter', async () => {
    expect(await map('isEven', ['--filter'], '1\n02\n3\n4')).toEqual({ ...OK, stdout: '02\n4\n' })
  })

  it('writes a line for each element with --flat', async () => {
    expect(await map('halves', ['--flat'], 'abcd\nef\n')).toEqual({ ...OK, stdout: 'ab\ncd\ne\nf\n' })
    const repeated = await map('repeated', ['--flat'], '2\n0\n1\n')
    expect(repeated).toEqual({ ...OK, stdout: '2.0\n2.1\n1.0\n' })
  })

  it('reads and writes files', async () => {
    const input = files.write('in.txt', 'a\nb\n')
    const output = files.write('out.txt', 'this is replaced')
    const { code, stdout } = await map('upper', ['--input', input, '--output', output], 'not this')
    expect([code, stdout]).toEqual([0, ''])
    expect(readFileSync(output, 'utf8')).toBe('A\nB\n')
    expect((await map('upper', ['--input', '-', '--output', '-'], 'a\n')).stdout).toBe('A\n')
  })

  it('refuses to write over its input', async () => {
    const input = files.write('both.txt', 'a\n')
    const { code, stderr } = await map('upper', ['--input', input, '--output', input])
    expect(stderr).toContain('--output must be another file than the input')
    expect([code, readFileSync(input, 'utf8')]).toEqual([2, 'a\n'])
  })
})

describe('millrace map --ndjson', () => {
  it('parses each line, skips empty ones, and writes JSON', async () => {
    const { code, stdout } = await map('wrapped', ['--ndjson'], '{"a":1}\n\n"text"\r\n   \nnull\n')
    expect([code, stdout]).toEqual([0, '{"value":{"a":1}}\n{"value":"text"}\n{"value":null}\n'])
    expect((await map('same', ['--ndjson'], '"text"\n')).stdout).toBe('"text"\n')
    expect((await map('nothing', ['--ndjson'], '1\n')).stdout).toBe('null\n')
  })

  it('names a bad line by its number, after the results of those before', async () => {
    const { code, stdout, stderr } = await map('same', ['--ndjson'], '1\n\n2\n{"a":\n3\n')
    expect(stderr).toMatch(/^millrace: line 4: SyntaxError: .*JSON/)
    expect([code, stdout]).toEqual([1, '1\n2\n'])
  })

  it('names the line of a call that failed by its number among all lines', async () => {
    const { code, stderr } = await map('upper', ['--ndjson'], '\n\n"a"\n\n1\n')
    expect(stderr).toMatch(/^millrace: line 5: TypeError: /)
    expect(code).toBe(1)
  })

  it('skips bad lines with --on-error skip', async () => {
    const { code, stdout, stderr } = await map('same', ['--ndjson', '--on-error', 'skip'], '1\n{\n2\n}\n3')
    expect([code, stdout]).toEqual([0, '1\n2\n3\n'])
    expect(stderr).toMatch(
      /^millrace: line 2 skipped: SyntaxError.*\nmillrace: line 4 skipped: SyntaxError.*\n$/,
    )
  })

  it('keeps the line as it stands with --filter', async () => {
    expect((await map('same', ['--ndjson', '--filter'], '{ "a": 1 }\n0\n')).stdout).toBe('{ "a": 1 }\n')
  })
})

describe('a call that fails', () => {
  const files = folder()

  it('ends the command with exit code 1, after the results of the lines before', async () => {
    const { code, stdout, stderr } = await map('failsAtSeven', ['--threads', '2'], numbers(1, 1000))
    expect(stderr).toMatch(/^millrace: line 7: TypeError: seven is\n {4}at .*failsAtSeven.*\n$/)
    expect([code, stdout]).toEqual([1, numbers(1, 6)])
  })

  it('is left out and named with --on-error skip', async () => {
    const { code, stdout, stderr } = await map('failsAtSeven', ['--on-error', 'skip'], numbers(6, 8))
    expect([code, stdout]).toEqual([0, '6\n8\n'])
    expect(stderr).toBe('millrace: line 2 skipped: TypeError: seven is\n')
  })

  it('is only counted beyond the first ten, and not even that with --quiet', async () => {
    const input = '7\n'.repeat(25)
    const { code, stderr } = await map('failsAtSeven', ['--on-error', 'skip'], input)
    expect(stderr.match(/line \d+ skipped: /g)).toHaveLength(10)
    expect(stderr).toMatch(/millrace: 15 more lines skipped, 25 in all\n$/)
    expect(code).toBe(0)
    const quiet = await map('failsAtSeven', ['--on-error', 'skip', '--quiet'], input)
    expect(quiet).toEqual({ ...OK, stdout: '' })
  })

  it('ends a --flat run likewise, or is left out', async () => {
    const failed = await map('failsInGenerator', ['--flat'], '1\n3\n5\n')
    expect(failed.stderr).toMatch(/^millrace: line 2: Error: no more of 3\n/)
    expect([failed.code, failed.stdout]).toEqual([1, '1a\n1b\n3a\n'])
    const skipped = await map('failsInGenerator', ['--flat', '--on-error', 'skip'], '1\n3\n5\n')
    expect(skipped.stderr).toBe('millrace: line 2 skipped: Error: no more of 3\n')
    expect([skipped.code, skipped.stdout]).toEqual([0, '1a\n1b\n3a\n5a\n5b\n'])
  })

  it('is called again with --retries', async () => {
    const file = `${files.path}/retried`
    const input = `${file}|a\n${file}|b\n`
    expect(await map('failsOnce', ['--retries', '1'], input)).toEqual({ ...OK, stdout: 'a\nb\n' })
    const other = `${files.path}/not-retried`
    const { code, stderr } = await map('failsOnce', [], `${other}|a\n`)
    expect(stderr).toMatch(/^millrace: line 1: Error: first call of a\n/)
    expect(code).toBe(1)
  })

  it('has failed after --timeout, whatever it does', async () => {
    const { code, stdout, stderr } = await map(
      'hangsAt',
      ['--timeout', '200', '--on-error', 'skip', '--threads', '2'],
      'a\nhang\nb\n',
    )
    expect(stderr).toMatch(/^millrace: line 2 skipped: RunTimeoutError: .*200 ms/)
    expect([code, stdout]).toEqual([0, 'a\nb\n'])
  })

  it.each([
    ['nowhere', 'nowhere'],
    ['notAFunction', 'notAFunction'],
  ])('fails for an export that is no function: %s', async (name, named) => {
    const { code, stdout, stderr } = await map(name, [], '1\n')
    expect(stderr).toMatch(/^millrace: /)
    expect(stderr).toContain(named)
    expect([code, stdout]).toEqual([1, ''])
  })

  it('fails for a module that cannot be loaded', async () => {
    const file = files.write('broken.mjs', 'export default (line) => {\n')
    const { code, stderr } = await millrace(['map', file], '1\n')
    expect(stderr).toMatch(/^millrace: SyntaxError: .*broken\.mjs.*\n$/)
    expect(code).toBe(1)
  })
})

describe('millrace map --stats', () => {
  it('prints an aligned table at the end', async () => {
    const { code, stderr } = await map(
      'failsAtSeven',
      ['--stats', '--threads', '2', '--on-error', 'skip', '--quiet'],
      numbers(1, 5000),
    )
    expect(code).toBe(0)
    const rows = stderr.trimEnd().split('\n')
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
    const table = Object.fromEntries(rows.map((row) => row.split(/ {2,}/) as [string, string]))
    expect(Object.keys(table)).toEqual([
      ...['lines read', 'lines written', 'failed', 'skipped', 'retried', 'time', 'lines a second'],
      ...['thread 0 at work', 'thread 1 at work', 'peak memory'],
    ])
    expect(table).toMatchObject({
      'lines read': '5,000',
      'lines written': '4,999',
      failed: '1',
      skipped: '1',
    })
    expect(table['peak memory']).toMatch(/^\d+ MiB$/)
    expect(table['thread 0 at work']).toMatch(/^\d+ %$/)
  })

  it('prints it after a failure, too', async () => {
    const { code, stderr } = await map('failsAtSeven', ['--stats'], numbers(1, 9))
    expect(stderr).toMatch(/^millrace: line 7: .*\n[\s\S]*\nlines written +6\n/)
    expect(code).toBe(1)
  })

  it('is the only text on standard error where all is well', async () => {
    expect((await millrace(['map', stage('same')], 'a\n')).stderr).toBe('')
  })
})
