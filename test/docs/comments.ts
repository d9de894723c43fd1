/** A comment's text, without its marks; lines as in the source. */
export interface Comment {
  readonly file: string
  /** Number of its first line, from 1. */
  readonly line: number
  readonly text: string
}

/** Comments of TypeScript or JavaScript: blocks, and runs of `//` lines that stand by themselves. */
export function commentsOf(file: string, source: string): Comment[] {
  const found: Comment[] = []
  const lines = source.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] as string).trim()
    const first = index + 1
    if (line.startsWith('/*')) {
      const block: string[] = []
      for (; index < lines.length; index++) {
        block.push((lines[index] as string).trim())
        if (block.at(-1)?.includes('*/')) break
      }
      const text = block.map((each) => each.replace(/^\/?\*+\/?\s?/, '').replace(/\*\/\s*$/, '')).join('\n')
      found.push({ file, line: first, text })
    } else if (line.startsWith('//') && !/^\/\/ (biome-ignore|@ts-)/.test(line)) {
      const run: string[] = []
      for (; index < lines.length && (lines[index] as string).trim().startsWith('//'); index++) {
        run.push((lines[index] as string).trim().replace(/^\/\/\s?/, ''))
      }
      index--
      found.push({ file, line: first, text: run.join('\n') })
    }
  }
  return found
}

/** Sentences of a text; what is indented as code or drawn as a table is none. */
export function sentencesOf(text: string): string[] {
  const prose = text
    .split('\n')
    .filter((line) => !/^\s{3,}|^\s*\|/.test(line))
    .join(' ')
  return prose
    .split(/(?<=[.?!:])\s+|(?<=@\w+)\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** A sentence that begins with what should come later: "Who waits for t is …", "Of a user's codec …". */
export function opensBadly(sentence: string): boolean {
  return /^(?:Who|Whoever|Whom|Whose|What|Whatever|Of)\b(?!.*\?$)/.test(sentence)
}
