import { threaded } from '../../src/index.ts'

/** Runs on a thread: how often each word is in a chapter, in lower case. */
export const countWords = threaded(import.meta, (chapter: string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const word of chapter.toLowerCase().match(/\p{L}+/gu) ?? []) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
})
