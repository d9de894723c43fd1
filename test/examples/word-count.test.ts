import { beforeAll, describe, expect, it } from 'vitest'
import { chapters } from '../../examples/word-count/text.ts'
import { type Outcome, run } from './run.ts'

const WORDS = 60_000
const TOP = 20

/** The lines that the example must print for its most frequent words, counted in another way. */
function expectedLines(): string[] {
  const counts = new Map<string, number>()
  for (const chapter of chapters(WORDS)) {
    for (const token of chapter.split(/[ ,.\n]+/)) {
      const word = token.toLowerCase()
      if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  const all = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  expect(all.reduce((sum, [, count]) => sum + count, 0)).toBe(WORDS)
  const most = all.slice(0, TOP).map(([word, count]) => `${String(count).padStart(9)}  ${word}`)
  return [...most, `${all.length} different words`]
}

describe('word-count', () => {
  let outcome: Outcome
  beforeAll(async () => {
    outcome = await run('word-count.ts', ['--words', String(WORDS), '--top', String(TOP)])
  })

  it('prints the most frequent words of the whole text', () => {
    expect(outcome.stderr).toBe('')
    const [first, ...rest] = outcome.stdout.trimEnd().split('\n')
    expect(first).toBe(`counting a text of ${WORDS} words`)
    expect(rest.map((line) => line.split(', counted in')[0])).toEqual(expectedLines())
    expect(outcome.code).toBe(0)
  })

  it('counts a text of one word', async () => {
    const { code, stdout } = await run('word-count.ts', ['--words', '1'])
    expect(stdout).toMatch(/\n {8}1 {2}\w+\n1 different words, counted in \d+\.\d\d s\n$/)
    expect(code).toBe(0)
  })

  it.each([
    [['--words', '0'], "--words: an integer from 1 to 100000000 expected, got '0'"],
    [['--top', 'ten'], "--top: an integer from 1 to 100 expected, got 'ten'"],
    [['text.txt'], "'text.txt'"],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run('word-count.ts', args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})
