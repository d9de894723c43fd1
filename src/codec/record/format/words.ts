import type { Type } from '../schema/index.ts'

/** The words of a smaller enum are found by comparing, others by a Map. */
const MAX_COMPARED = 8

/** Whether the words of `type` are found by a Map. */
export function hasMap(type: Type): boolean {
  return type.kind === 'enum' && type.words.length > MAX_COMPARED
}

export type WordMap = ReadonlyMap<unknown, number>

/** The numbers of the words of an enum. */
export function wordMap(words: readonly string[]): WordMap {
  return new Map(words.map((word, index) => [word, index]))
}

const { get } = Map.prototype

export function wordNumber(map: WordMap, word: unknown): number | undefined {
  return get.call(map, word) as number | undefined
}
