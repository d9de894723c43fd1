import { type ItemOfLine, SKIPPED } from './line-source.ts'

export type Format = 'lines' | 'ndjson'

/** How the items of each format are made of lines. */
export const ITEM_OF_LINE: Readonly<Record<Format, ItemOfLine>> = {
  lines: (line) => line,
  ndjson: (line) => (line.trim() === '' ? SKIPPED : JSON.parse(line)),
}

/**
 * The line for a result. As lines, a string stands for itself, and undefined for an empty line. JSON has no
 * undefined: it becomes null.
 * @throws if the result cannot be written as JSON
 */
export function lineOfResult(result: unknown, format: Format): string {
  if (format === 'lines') {
    if (typeof result === 'string') return result
    if (result === undefined) return ''
  }
  return JSON.stringify(result) ?? 'null'
}
