/**
 * Counts the words of a text on all cores: a source of chapters, a function, and a loop over its results.
 *
 *   npx tsx examples/word-count.ts
 *
 * `parallelMap` calls the function on threads, and gives its results in the order of the chapters. A chapter
 * is made when there is room for it, so a text of any length takes the same memory.
 */
import { fail } from './shared/command.ts'
import { readOptions } from './shared/options.ts'
import { chapters } from './word-count/text.ts'

const NAME = 'word-count'

const HELP = `Usage: word-count [options]

Counts the words of a text that it makes, the same one each time, and prints the most frequent ones.

  --words N   length of the text, 1 to 100000000 (default: 1000000)
  --top N     how many words are printed, 1 to 100 (default: 10)
  --help, -h  prints this
`

async function main(words: number, top: number): Promise<void> {
  console.log(`counting a text of ${words} words`)
  // Loaded here, not above: loading it from TypeScript takes half a second.
  const { parallelMap } = await import('../src/index.ts')
  const { countWords } = await import('./word-count/count.ts')

  const began = performance.now()
  const total = new Map<string, number>()
  for await (const counts of parallelMap(chapters(words), countWords)) {
    for (const [word, count] of counts) total.set(word, (total.get(word) ?? 0) + count)
  }
  const elapsed = (performance.now() - began) / 1000

  const most = [...total].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, top)
  for (const [word, count] of most) console.log(`${String(count).padStart(9)}  ${word}`)
  console.log(`${total.size} different words, counted in ${elapsed.toFixed(2)} s`)
}

const options = readOptions(NAME, HELP, {
  numbers: { words: [1, 100_000_000, 1_000_000], top: [1, 100, 10] },
})
if (options !== undefined) {
  const { words, top } = options.numbers
  await main(words, top).catch((error) => fail(NAME, error, 1))
}
