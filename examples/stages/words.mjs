/** The words of a text, for `millrace map examples/stages/words.mjs#count`. */
const WORD = /[\p{L}\p{N}]+/gu

/** How often each word occurs in a line, as an object: a line of JSON. */
export function count(line) {
  const counts = {}
  for (const [word] of line.toLowerCase().matchAll(WORD)) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** Each word, for `--flat`: a generator, so that a long line needs no long array. */
export function* split(line) {
  for (const [word] of line.matchAll(WORD)) yield word
}
