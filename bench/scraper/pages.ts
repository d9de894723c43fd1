import { randomNumbers } from '../../examples/shared/random.ts'

const WORDS = 'oven flour water yeast dough loaf crust crumb baker shelf morning salt rye wheat'.split(' ')
const PARAGRAPHS = 60
const WORDS_OF_A_PARAGRAPH = 120
const LINKS_OF_A_PARAGRAPH = 2

/** A page of HTML, some 60 kB long, with 120 links. The same one for the same number. */
export function pageOf(number: number): Buffer {
  const random = randomNumbers(number + 1)
  const word = () => WORDS[random() % WORDS.length] as string
  const words = (count: number) => Array.from({ length: count }, word).join(' ')
  const link = () =>
    `<a class="link" href="../${word()}/${random() % 10_000}?q=${word()}#top">${words(3)}</a>`
  const paragraph = () => {
    const links = Array.from({ length: LINKS_OF_A_PARAGRAPH }, link).join(' &amp; ')
    return `<div class="box"><p id="p${random()}">${words(WORDS_OF_A_PARAGRAPH)} ${links}</p></div>`
  }
  const body = Array.from({ length: PARAGRAPHS }, paragraph).join('\n')
  return Buffer.from(`<!doctype html><meta charset=utf-8><title>${words(4)}</title>\n<body>${body}</body>`)
}
