import { randomNumbers } from '../shared/random.ts'

/** Words in a chapter: some milliseconds of work. */
const CHAPTER_WORDS = 5000
const SYLLABLES = ['ba', 'ker', 'loa', 'mil', 'ra', 'ce', 'flo', 'ur', 'ye', 'ast']

/**
 * A text in chapters. The word of rank n is about n times as rare as the first one, as in natural language.
 * The text is the same each time.
 */
export function* chapters(words: number): Generator<string> {
  const random = randomNumbers(1)
  const vocabulary = Array.from({ length: 4096 }, (_, place) => {
    const rank = Math.floor(2 ** ((place / 4096) * 10))
    return wordOf(rank)
  })
  for (let left = words; left > 0; left -= CHAPTER_WORDS) {
    const chapter: string[] = []
    for (let count = Math.min(left, CHAPTER_WORDS); count > 0; count--) {
      const word = vocabulary[random() % 4096] as string
      chapter.push(count % 12 === 0 ? `${word.charAt(0).toUpperCase()}${word.slice(1)},` : word)
    }
    yield `${chapter.join(' ')}.\n`
  }
}

function wordOf(rank: number): string {
  return [...String(rank)].map((digit) => SYLLABLES[Number(digit)]).join('')
}
