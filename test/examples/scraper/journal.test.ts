import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Journal, readJournal } from '../../../examples/scraper/journal.ts'
import type { Result } from '../../../examples/scraper/result.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-journal-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${files++}.ndjson`)

const SEEDS = ['http://a.example/']
const page = (url: string, title = 't'): Result => ({
  ...{ kind: 'page', url, depth: 1, hops: 0, attempts: 1, status: 200, bytes: 5, ms: 1 },
  ...{ title, textLength: 1, charset: 'utf-8', links: ['http://a.example/x'] },
})
const RESULTS: Result[] = [
  page('http://a.example/1'),
  // Line separators of Unicode, which JSON keeps as they are.
  page('http://a.example/2', 'a\u2028b\u2029c\u0085d é'),
  {
    ...{ kind: 'redirect', url: 'http://a.example/3', depth: 1, hops: 0, attempts: 1 },
    ...{ status: 302, to: 'http://a.example/1' },
  },
  {
    ...{ kind: 'failed', url: 'http://a.example/4', depth: 1, hops: 0, attempts: 2 },
    ...{ class: 'timeout', message: 'late', history: [{ class: 'timeout', message: 'late', atMs: 5 }] },
  },
]

function written(): string {
  const file = newFile()
  const journal = new Journal(file)
  journal.write({ kind: 'run', seeds: SEEDS })
  for (const result of RESULTS) journal.write(result)
  journal.close()
  return file
}

describe('the file of a run', () => {
  it('is read as it was written', async () => {
    const file = written()
    const bytes = readFileSync(file).length
    expect(await readJournal(file)).toEqual({ seeds: SEEDS, results: RESULTS, bytes })
  })

  it('is read up to a torn last line, wherever it is torn', async () => {
    const whole = readFileSync(written())
    const end = whole.lastIndexOf(10, whole.length - 2) + 1
    for (let length = end; length < whole.length; length++) {
      const file = join(folder, 'torn.ndjson')
      writeFileSync(file, whole.subarray(0, length))
      expect(await readJournal(file)).toEqual({ seeds: SEEDS, results: RESULTS.slice(0, -1), bytes: end })
    }
  })

  it('goes on after its whole lines', async () => {
    const file = written()
    const whole = readFileSync(file)
    writeFileSync(file, Buffer.concat([whole, Buffer.from('{"kind":"pa')]))
    const journal = new Journal(file, await readJournal(file))
    journal.write(page('http://a.example/5'))
    journal.close()
    expect((await readJournal(file)).results).toEqual([...RESULTS, page('http://a.example/5')])
  })

  it('is read in pieces', async () => {
    const file = newFile()
    const journal = new Journal(file)
    journal.write({ kind: 'run', seeds: SEEDS })
    const long = Array.from({ length: 20 }, (_, index) =>
      page(`http://a.example/${index}`, 'é'.repeat(40_000)),
    )
    for (const result of long) journal.write(result)
    journal.close()
    expect((await readJournal(file)).results).toEqual(long)
  })

  it('has no seeds if it is empty', async () => {
    const file = newFile()
    writeFileSync(file, '')
    expect(await readJournal(file)).toEqual({ seeds: [], results: [], bytes: 0 })
  })

  it.each([
    ['no JSON', 'line 2 is no result', '{"kind":"run","seeds":["http://a.example/"]}\nnonsense\n'],
    ['JSON of something else', 'line 1 is no result', '[1, 2]\n'],
    ['a result without its URL', 'line 1 is no result', '{"kind":"page","depth":0,"hops":0,"attempts":1}\n'],
    ['no first line', 'no first line with seeds', `${JSON.stringify(RESULTS[0])}\n`],
  ])('is refused if it has %s', async (_, message, text) => {
    const file = newFile()
    writeFileSync(file, text)
    await expect(readJournal(file)).rejects.toThrow(`${file}: ${message}`)
  })
})
