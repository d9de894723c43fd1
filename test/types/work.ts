import { Readable } from 'node:stream'
import type { DeadLetter, Queue, ThreadContext } from '../../src/index.ts'

/** Functions as users write them. They never run. */

export type Args = { words: Queue<string> }
type Prefix = { prefix: string }

// Functions for spawn.
export const count = ({ words }: Args, thread: ThreadContext): number => words.size + thread.index
export const countTyped = ({ words }: Args, thread: ThreadContext<Args>): number => words.size + thread.index
export const byContext = (_: unknown, thread: ThreadContext<Args>): number => thread.args.words.size
export const nothing = (): string => ''
export const onlyThread = (_: unknown, thread: ThreadContext): number => thread.index
export const optional = (args?: Args): number => args?.words.size ?? 0
export const withDefault = (args: { n?: number } = {}, thread?: ThreadContext<{ n?: number }>): number =>
  (args.n ?? 0) + (thread?.index ?? 0)
// biome-ignore lint/suspicious/noExplicitAny: what is tested
export const untyped = (args: any): any => args
export async function later({ n }: { n: number }): Promise<boolean> {
  return n > 0
}

// Functions for consume.
export function print(word: string, thread: ThreadContext<Prefix>): void {
  thread.log(thread.args.prefix + word)
}
export async function save(word: string): Promise<void> {
  await word
}
export const either = (item: string | number): void => void item
export const every = (item: unknown): void => void item
export const noItem = (): void => {}
export const generic = <T>(item: T): T => item
export function overloaded(item: number): void
export function overloaded(item: string): void
export function overloaded(item: string | number): void {
  void item
}
export const perhapsThread = (word: string, thread?: ThreadContext<Prefix>): void => void [word, thread]
export const letter = ({ item }: DeadLetter<string>): void => void item

// Functions for produce.
export function* words({ upTo }: { upTo: number }): Generator<string, number> {
  for (let n = 0; n < upTo; n++) yield String(n)
  return upTo
}
export async function* wordsLater(): AsyncGenerator<string> {
  yield ''
}
export const oneWord = (): string => ''
export const oneWordLater = async (): Promise<string | undefined> => ''
export const list = async (): Promise<Set<string>> => new Set()
export const bytes = (): Uint8Array => new Uint8Array()
export const stream = (): Readable => Readable.from([])
export const none = (): void => {}
export const pairs = (): Map<string, number> => new Map()
export function* unions(): Generator<'a' | 'b'> {
  yield 'a'
}
export function* unfinished(): Generator<Promise<string>> {
  yield Promise.resolve('')
}
