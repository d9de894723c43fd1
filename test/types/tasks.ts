import {
  type Batch,
  type BatchOptions,
  type ConsumeOptions,
  type DeadLetter,
  type Delivery,
  type IntoOptions,
  PriorityQueue,
  Queue,
  Supervisor,
  type ThreadGroup,
  type ThreadTask,
  task,
} from '../../src/index.ts'

/**
 * Code that compiles, and code that does not. Tsc checks it; it never runs. An `@ts-expect-error` is for one
 * line.
 */

type Work = typeof import('./work.ts')
const url = new URL('./work.ts', import.meta.url)
const work = task<Work>(url)
const untyped = task(url)
const supervisor = new Supervisor()

const words = new Queue<string>()
const numbers = new Queue<number>()
const both = new Queue<string | number>()
const open = new Queue()
// biome-ignore lint/suspicious/noExplicitAny: what is tested
const anything = new Queue<any>()
const letters = new Queue<DeadLetter<string>>()
const ranked = new PriorityQueue<{ priority: number }>({ by: 'priority' })
const args = { words }
const upTo = 3

export function spawned(): void {
  const counted: ThreadGroup<number> = supervisor.spawn(work('count', { args, threads: 2 }))
  const told: ThreadGroup<boolean> = supervisor.spawn(work('later', { args: { n: 1 } }))
  const named: ThreadGroup<string> = supervisor.spawn(work('nothing'))
  void [counted, told, named]
  supervisor.spawn(work('countTyped', { args }))
  supervisor.spawn(work('byContext', { args }))
  supervisor.spawn(work('onlyThread'))
  supervisor.spawn(work('optional'))
  supervisor.spawn(work('optional', { args }))
  supervisor.spawn(work('withDefault'))
  supervisor.spawn(work('withDefault', { args: { n: 1 }, threads: 2 }))
  supervisor.spawn(work('untyped'))
  supervisor.spawn(work('untyped', { args: 1 }))
  supervisor.spawn({ ...work('count'), args })
  const held: ThreadTask<{ words: Queue<string> }, number> = work('count', { args })
  supervisor.spawn(held)

  // @ts-expect-error: without args
  supervisor.spawn(work('count'))
  // @ts-expect-error: without args
  supervisor.spawn(work('count', { threads: 2 }))
  // @ts-expect-error: without args
  supervisor.spawn(work('countTyped'))
  // @ts-expect-error: without args
  supervisor.spawn(work('byContext'))
  // @ts-expect-error: without args
  supervisor.spawn(work('later'))
  // @ts-expect-error: without args, one of them
  supervisor.spawn(work(upTo > 2 ? 'count' : 'nothing'))
  // @ts-expect-error: args of another type
  supervisor.spawn({ ...work('count'), args: { words: numbers } })
  // @ts-expect-error: a result of another type
  const text: ThreadGroup<string> = supervisor.spawn(work('later', { args: { n: 1 } }))
  void text
}

export function consumed(): void {
  supervisor.consume(words, work('print', { args: { prefix: '' }, retries: 2 }))
  supervisor.consume(words, work('perhapsThread', { args: { prefix: '' } }))
  supervisor.consume(words, work('save', { threads: 2 }))
  supervisor.consume(both, work('either'))
  supervisor.consume(numbers, work('either'))
  supervisor.consume(numbers, work('every'))
  supervisor.consume(numbers, work('noItem'))
  supervisor.consume(numbers, work('generic'))
  supervisor.consume(words, work('overloaded'))
  supervisor.consume(numbers, work('overloaded'))
  supervisor.consume(numbers, work('untyped'))
  supervisor.consume(letters, work('letter'))
  supervisor.consume(ranked, work('every'))
  supervisor.consume(open, work('save'))
  supervisor.consume(anything, work('save'))
  supervisor.consume(words, { ...work('print'), args: { prefix: '' } })

  // @ts-expect-error: strings are not numbers
  supervisor.consume(numbers, work('save'))
  // @ts-expect-error: strings are not numbers
  supervisor.consume(new Queue<number>(), work('print', { args: { prefix: '' } }))
  // @ts-expect-error: strings are not numbers, and without args
  supervisor.consume(new Queue<number>(), work('print'))
  // @ts-expect-error: some items are numbers
  supervisor.consume(both, work('save'))
  // @ts-expect-error: some items are of neither overload
  supervisor.consume(new Queue<boolean>(), work('overloaded'))
  // @ts-expect-error: a letter is not its item
  supervisor.consume(letters, work('save'))
  // @ts-expect-error: strings are not objects
  supervisor.consume(ranked, work('save'))
  // @ts-expect-error: one of them takes strings
  supervisor.consume(numbers, work(upTo > 2 ? 'save' : 'either'))
  // @ts-expect-error: without args, which its context has
  supervisor.consume(words, work('print'))
  // @ts-expect-error: without args, which its context has
  supervisor.consume(words, work('perhapsThread', { retries: 2 }))
}

export function produced(): void {
  supervisor.produce(words, work('words', { args: { upTo }, resume: 'skip' }))
  supervisor.produce(both, work('words', { args: { upTo } }))
  supervisor.produce(open, work('words', { args: { upTo } }))
  supervisor.produce(anything, work('words', { args: { upTo } }))
  supervisor.produce(words, work('wordsLater'))
  supervisor.produce(words, work('oneWord'))
  supervisor.produce(words, work('oneWordLater'))
  supervisor.produce(words, work('list'))
  supervisor.produce(words, work('unions'))
  supervisor.produce(words, work('stream'))
  supervisor.produce(words, work('none'))
  supervisor.produce(words, work('untyped'))
  supervisor.produce(new Queue<Uint8Array>(), work('bytes'))
  supervisor.produce(new Queue<[string, number]>(), work('pairs'))

  // @ts-expect-error: strings are not numbers
  supervisor.produce(numbers, work('words', { args: { upTo } }))
  // @ts-expect-error: strings are not numbers
  supervisor.produce(numbers, work('wordsLater'))
  // @ts-expect-error: strings are not numbers
  supervisor.produce(numbers, work('oneWord'))
  // @ts-expect-error: strings are not numbers
  supervisor.produce(numbers, work('oneWordLater'))
  // @ts-expect-error: strings are not numbers
  supervisor.produce(numbers, work('list'))
  // @ts-expect-error: pairs are not strings
  supervisor.produce(words, work('pairs'))
  // @ts-expect-error: bytes are one item
  supervisor.produce(numbers, work('bytes'))
  // @ts-expect-error: strings are not objects
  supervisor.produce(ranked, work('oneWord'))
  // @ts-expect-error: a generator's promises are not awaited
  supervisor.produce(words, work('unfinished'))
  // @ts-expect-error: not every string is one of these
  supervisor.produce(new Queue<'a' | 'b'>(), work('oneWord'))
  // @ts-expect-error: without args
  supervisor.produce(words, work('words'))
}

export function named(): void {
  supervisor.spawn(task<Work, 'count'>(url, 'count', { args }))
  supervisor.consume(words, task<Work, 'save'>(url, 'save'))
  supervisor.consume(words, task<Work>(url, 'save', { threads: 2 }))
  supervisor.produce(words, task<Work>(url, 'words', { args: { upTo } }))
  // @ts-expect-error: without args
  supervisor.spawn(task<Work, 'count'>(url, 'count'))
  // @ts-expect-error: without args
  supervisor.spawn(task<Work, 'count'>(url, 'count', { threads: 2 }))
  // @ts-expect-error: strings are not numbers
  supervisor.consume(numbers, task<Work, 'save'>(url, 'save'))
  // @ts-expect-error: strings are not numbers
  supervisor.produce(numbers, task<Work, 'oneWord'>(url, 'oneWord'))
  // @ts-expect-error: no function of the module takes these
  supervisor.consume(new Queue<symbol>(), task<Pick<Work, 'save' | 'print'>>(url, 'save'))
}

export function untypedTasks(): void {
  supervisor.spawn({ filename: url, name: 'count' })
  supervisor.spawn({ filename: url.href, args: { any: 'thing' } })
  supervisor.consume(numbers, { filename: url, name: 'save', threads: 2, retries: 1 })
  supervisor.produce(numbers, { filename: url, name: 'words', args: { upTo }, resume: 'skip' })
  supervisor.spawn(untyped('count'))
  supervisor.consume(numbers, untyped('save', { args: { any: 'thing' } }))
  supervisor.produce(numbers, untyped('words'))
  supervisor.consume(numbers, task(url, 'save'))
  supervisor.consume(numbers, { filename: url, closes: words })
  supervisor.consume(numbers, untyped('save', { closes: [words, ranked] }))
  // @ts-expect-error: a handle is no queue
  supervisor.consume(numbers, { filename: url, closes: words.handle })
  // @ts-expect-error: not for produce
  supervisor.produce(numbers, { filename: url, closes: words })
  // @ts-expect-error: no such option
  supervisor.consume(numbers, { filename: url, name: 'save', thread: 2 })
  // @ts-expect-error: not for produce
  supervisor.produce(numbers, { filename: url, name: 'save', retries: 2 })
  // @ts-expect-error: no filename
  supervisor.spawn({ name: 'save' })
}

export function checkedByTask(): void {
  // @ts-expect-error: no such function
  work('cuont')
  // @ts-expect-error: no such argument
  work('countTyped', { args: { wrods: words } })
  // @ts-expect-error: no such argument
  work('withDefault', { args: { n: 1, m: 2 } })
  // @ts-expect-error: no such option
  work('countTyped', { args, thread: 2 })
  // @ts-expect-error: a queue of other items
  work('countTyped', { args: { words: numbers } })
  // @ts-expect-error: upTo is a number
  work('words', { args: { upTo: '3' } })
}

/** A user's own function over any queue and task. */
export function onTwoThreads<T>(queue: Queue<T>, each: ThreadTask & ConsumeOptions): ThreadGroup {
  return supervisor.consume(queue, { ...each, threads: 2 })
}
export const doubled = onTwoThreads(words, work('save'))

export async function batched(): Promise<void> {
  const into: IntoOptions = { into: new Int32Array(new SharedArrayBuffer(8)), linger: 5 }
  const counts: number[] = [
    await numbers.getMany(2, into),
    await numbers.getMany(2, { into: new Float64Array(2), timeout: 5 }),
    numbers.getManySync(2, into),
  ]
  const linger: BatchOptions = { linger: 5 }
  const items: number[] = [...(await numbers.getMany(2, linger)), ...numbers.getManySync(2)]
  const batch: Batch<string> = await words.takeMany(2, linger)
  const deliveries: Delivery<string>[] = [...batch, ...words.takeManySync(2)]
  const stored: number = await numbers.putMany(new Int32Array(2))
  numbers.putManySync(new Set([1]), { timeout: 5 })
  void [counts, items, deliveries, stored, batch.items]
  // @ts-expect-error: the other options of getMany give items
  const missing: number = await numbers.getMany(2, linger)
  // @ts-expect-error: no array of numbers
  await numbers.getMany(2, { into: ['a'] })
  // @ts-expect-error: deliveries have items of their own
  await words.takeMany(2, { into: new Int32Array(2) })
  // @ts-expect-error: no items of the queue
  await words.putMany(new Int32Array(2))
  // @ts-expect-error: no iterable
  await words.putMany({ length: 1, 0: 'a' })
  void missing
}
