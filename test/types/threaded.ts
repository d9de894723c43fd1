import {
  PriorityQueue,
  Queue,
  run,
  Supervisor,
  type ThreadContext,
  type Threaded,
  type ThreadGroup,
  task,
  threaded,
  warm,
} from '../../src/index.ts'

/**
 * Threaded functions that fit, and such as do not. Tsc checks it; it never runs. An `@ts-expect-error` is for
 * one line.
 */

const supervisor = new Supervisor()
const words = new Queue<string>()
const numbers = new Queue<number>()
const both = new Queue<string | number>()
const open = new Queue()
const ranked = new PriorityQueue<{ priority: number }>({ by: 'priority' })

type Args = { readonly words: Queue<string>; readonly mode?: 'fast' | 'exact' }
const count = threaded(
  import.meta,
  ({ words }: Args, thread: ThreadContext): number => words.size + thread.index,
)
const later = threaded(import.meta, async ({ n }: { n: number }) => n > 0)
const nothing = threaded(import.meta, () => 'text')
const optional = threaded(import.meta, (args?: { n: number }) => args?.n ?? 0)
const byContext = threaded(import.meta, (_: unknown, thread: ThreadContext<Args>) => thread.args.words.size)

const parse = threaded(import.meta, (line: string): unknown => JSON.parse(line))
const print = threaded(import.meta, (word: string, thread: ThreadContext<{ prefix: string }>) => {
  thread.log(thread.args.prefix + word)
})
const double = threaded(import.meta, (n: number) => 2 * n)
const either = threaded(import.meta, (item: string | number) => void item)
const every = threaded(import.meta, (item: unknown) => void item)
const generic = threaded(import.meta, <T>(item: T): T => item)
const perhaps = threaded(import.meta, (word: string, thread?: ThreadContext<{ prefix: string }>) => [
  word,
  thread,
])

const lines = threaded(import.meta, function* ({ upTo }: { upTo: number }): Generator<string, number> {
  for (let n = 0; n < upTo; n++) yield String(n)
  return upTo
})
const linesLater = threaded(import.meta, async function* () {
  yield 'line'
})
const list = threaded(import.meta, async () => ['a', 'b'])
const oneWord = threaded(import.meta, () => 'word', { name: 'one word' })

export function called(): void {
  const value: unknown = parse('{}')
  const isMore: Promise<boolean> = later({ n: 1 })
  const same: <T>(item: T) => T = generic
  const text: 'a' = generic('a')
  const given: Threaded<(line: string) => unknown> = parse
  void [value, isMore, same, text, given]
  threaded(import.meta.url, () => 1)
  threaded(new URL(import.meta.url), () => 1)
  threaded({ url: import.meta.url }, () => 1, { name: 'a' })
  // @ts-expect-error: an item of another type
  parse(1)
  // @ts-expect-error: no function
  threaded(import.meta, 'parse')
  // @ts-expect-error: no module
  threaded(1, () => 1)
  // @ts-expect-error: no such option
  threaded(import.meta, () => 1, { nam: 'a' })
  // @ts-expect-error: a parameter without a type
  threaded(import.meta, (line) => line)
}

export function spawned(): void {
  const counts: ThreadGroup<number> = supervisor.spawn(count, { threads: 2, args: { words } })
  const told: ThreadGroup<boolean> = supervisor.spawn(later, { args: { n: 1 } })
  const texts: Promise<string[]> = supervisor.spawn(nothing).join()
  void [counts, told, texts]
  supervisor.spawn(nothing, { threads: 2 })
  supervisor.spawn(count, { args: { words, mode: 'fast' } })
  supervisor.spawn(optional)
  supervisor.spawn(optional, { args: undefined })
  supervisor.spawn(optional, { args: { n: 1 }, threads: 2 })
  supervisor.spawn(byContext, { args: { words } })
  // @ts-expect-error: without args
  supervisor.spawn(count)
  // @ts-expect-error: without args
  supervisor.spawn(count, { threads: 2 })
  // @ts-expect-error: without args, which its context has
  supervisor.spawn(byContext)
  // @ts-expect-error: no such argument
  supervisor.spawn(count, { args: { wrods: words } })
  // @ts-expect-error: a queue of other items
  supervisor.spawn(count, { args: { words: numbers } })
  // @ts-expect-error: n is a number
  supervisor.spawn(optional, { args: { n: '1' } })
  // @ts-expect-error: for consume
  supervisor.spawn(nothing, { retries: 2 })
  // @ts-expect-error: no such option
  supervisor.spawn(nothing, { thread: 2 })
  // @ts-expect-error: the function is given already
  supervisor.spawn(nothing, { name: 'text' })
  // @ts-expect-error: not wrapped
  supervisor.spawn(() => 'text')
  // @ts-expect-error: a result of another type
  const numbersAgain: ThreadGroup<number> = supervisor.spawn(nothing)
  void numbersAgain
}

export function consumed(): void {
  supervisor.consume(words, parse)
  supervisor.consume(words, parse, { threads: 4, retries: 2, backoff: 5, timeout: 100, concurrency: 2 })
  supervisor.consume(words, print, { args: { prefix: '> ' }, closes: [numbers, ranked] })
  supervisor.consume(words, perhaps, { args: { prefix: '> ' } })
  supervisor.consume(words, either)
  supervisor.consume(numbers, either)
  supervisor.consume(both, either)
  supervisor.consume(ranked, every)
  supervisor.consume(numbers, generic)
  supervisor.consume(open, parse)
  supervisor.consume(words, nothing)
  // @ts-expect-error: numbers are no strings
  supervisor.consume(numbers, parse)
  // @ts-expect-error: numbers are no strings
  supervisor.consume(new Queue<number>(), parse, { threads: 4, retries: 2 })
  // @ts-expect-error: some items are numbers
  supervisor.consume(both, parse)
  // @ts-expect-error: one of them takes strings
  supervisor.consume(numbers, numbers.empty ? parse : either)
  // @ts-expect-error: objects are no strings
  supervisor.consume(ranked, print, { args: { prefix: '> ' } })
  // @ts-expect-error: without args, which its context has
  supervisor.consume(words, print)
  // @ts-expect-error: without args, which its context has
  supervisor.consume(words, print, { threads: 4 })
  // @ts-expect-error: prefix is a string
  supervisor.consume(words, print, { args: { prefix: 1 } })
  // @ts-expect-error: for produce
  supervisor.consume(words, parse, { resume: 'skip' })
  // @ts-expect-error: a handle is no queue
  supervisor.consume(words, parse, { closes: numbers.handle })
  // @ts-expect-error: not wrapped
  supervisor.consume(words, (word: string) => word)
}

export function produced(): void {
  supervisor.produce(words, lines, { args: { upTo: 3 }, threads: 2, resume: 'skip' })
  supervisor.produce(both, lines, { args: { upTo: 3 } })
  supervisor.produce(open, lines, { args: { upTo: 3 } })
  supervisor.produce(words, linesLater)
  supervisor.produce(words, list, { threads: 2 })
  supervisor.produce(words, oneWord, { resume: 'manual' })
  // @ts-expect-error: strings are no numbers
  supervisor.produce(numbers, lines, { args: { upTo: 3 } })
  // @ts-expect-error: strings are no numbers
  supervisor.produce(numbers, linesLater)
  // @ts-expect-error: strings are no numbers
  supervisor.produce(numbers, list)
  // @ts-expect-error: without args
  supervisor.produce(words, lines)
  // @ts-expect-error: upTo is a number
  supervisor.produce(words, lines, { args: { upTo: '3' } })
  // @ts-expect-error: for consume
  supervisor.produce(words, linesLater, { retries: 2 })
  // @ts-expect-error: no such way
  supervisor.produce(words, linesLater, { resume: 'again' })
}

/** Options beside a task count before the task's own. */
export function besideTasks(): void {
  const work = task<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))
  const filename = new URL('./work.ts', import.meta.url)
  const counts: ThreadGroup<number> = supervisor.spawn(work('count'), { args: { words }, threads: 2 })
  void counts
  supervisor.spawn(work('count', { args: { words } }), { threads: 2 })
  supervisor.consume(words, work('print'), { args: { prefix: '' }, retries: 2 })
  supervisor.produce(words, work('words', { args: { upTo: 1 } }), { resume: 'skip' })
  supervisor.consume(numbers, { filename, name: 'save', threads: 2 }, { retries: 1, args: { any: 'thing' } })
  // @ts-expect-error: args of another type
  supervisor.spawn(work('count'), { args: { words: numbers } })
  // @ts-expect-error: for consume
  supervisor.produce(words, work('oneWord'), { retries: 2 })
}

export async function calledOnce(): Promise<void> {
  const value: unknown = await run(parse, '{}')
  const text: string[] | undefined = (await run(perhaps, 'a', { args: { prefix: '' } })) as never
  const printed: undefined = (await run(print, 'word', {
    args: { prefix: '> ' },
    timeout: 100,
    retries: 2,
  })) as never
  const same: number = await run(double, 2)
  void [value, text, printed, same]
  await run({ filename: new URL('./work.ts', import.meta.url), name: 'save' }, 'word')
  await warm()
  await warm(2, parse)
  // @ts-expect-error: a number is no string
  await run(parse, 1)
  // @ts-expect-error: without args, which its context has
  await run(print, 'word')
  // @ts-expect-error: prefix is a string
  await run(print, 'word', { args: { prefix: 1 } })
  // @ts-expect-error: no such option
  await run(parse, '{}', { timeOut: 1 })
  // @ts-expect-error: for consume
  await run(parse, '{}', { backoff: 1 })
  // @ts-expect-error: not wrapped
  await run((word: string) => word, 'word')
  // @ts-expect-error: a result of another type
  const wrong: string = await run(double, 2)
  void wrong
  // @ts-expect-error: a number first
  await warm(parse)
}

/** A user's own function over any threaded one. */
export function onTwoThreads<T>(queue: Queue<T>, each: Threaded<(item: T) => unknown>): ThreadGroup {
  return supervisor.consume(queue, each, { threads: 2 })
}
onTwoThreads(words, parse)
