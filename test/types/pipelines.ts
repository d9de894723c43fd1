import { Readable, Writable } from 'node:stream'
import {
  type DeadLetter,
  type ParallelRun,
  type Pipeline,
  type PipelineReport,
  type PipelineStats,
  parallelMap,
  pipeline,
  Queue,
  type Settled,
  type ThreadContext,
  task,
  threaded,
} from '../../src/index.ts'

/**
 * Runs that fit, and such as do not. Tsc checks it; it never runs. An `@ts-expect-error` is for one line.
 */

const size = threaded(import.meta, (text: string) => text.length)
const later = threaded(import.meta, async (n: number) => `${n}`)
const split = threaded(import.meta, (text: string) => text.split(' '))
const stream = threaded(import.meta, function* (n: number) {
  for (let at = 0; at < n; at++) yield `${at}`
})
const streamLater = threaded(import.meta, async function* (n: number) {
  yield n > 0
})
const prefixed = threaded(
  import.meta,
  (text: string, thread: ThreadContext<{ prefix: string }>) => thread.args.prefix + text,
)
const lines = threaded(import.meta, function* () {
  yield 'line'
})
const work = task<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))

const texts = ['one', 'two']
const numbers: Iterable<number> = [1, 2]
async function* asyncTexts() {
  yield 'text'
}

// Results are inferred.
export const sizes: Promise<number[]> = parallelMap(texts, size).toArray()
export const awaited: Promise<string[]> = parallelMap(numbers, later, {
  threads: 2,
  ordered: false,
}).toArray()
export const run: ParallelRun<number> = parallelMap(asyncTexts(), size)
export const ofSignal: ParallelRun<number> = parallelMap((signal) => (signal.aborted ? [] : texts), size)
export const ofQueue: ParallelRun<number> = parallelMap(new Queue<string>(), size)
export const ofWeb: ParallelRun<number> = parallelMap(new ReadableStream<string>(), size)
export const ofReadable: ParallelRun<number> = parallelMap(Readable.from(texts), size)
export const ofThread: ParallelRun<number> = parallelMap(lines, size)
export const outcomes: AsyncIterable<Settled<number>> = run.settled()
export const stats: PipelineStats = run.stats()
export const withArgs: ParallelRun<string> = parallelMap(texts, prefixed, { args: { prefix: '>' } })
export const byKey = parallelMap(texts, size, { ordered: (text) => text.slice(0, 1) })
export const dead = parallelMap(texts, size, { onError: new Queue<DeadLetter<string>>() })
export const ofTask = parallelMap(texts, { ...work('save'), threads: 2, ordered: false })
run.on('progress', ({ done, eta }) => [done, eta])
run.on('end', () => {})

// A wrong item does not compile.
// @ts-expect-error
parallelMap(numbers, size)
// @ts-expect-error
parallelMap([1, 2], size, { threads: 2 })
// @ts-expect-error
parallelMap(new Queue<number>(), size)
// @ts-expect-error
parallelMap(texts, later)
// @ts-expect-error: no thread finds a plain function
parallelMap(texts, (text: string) => text.length)
// @ts-expect-error
parallelMap(numbers, work('save'))
// @ts-expect-error: the results of it are numbers
export const wrong: Promise<string[]> = parallelMap(texts, size).toArray()

// Args are required where the function needs some.
// @ts-expect-error
parallelMap(texts, prefixed)
// @ts-expect-error
parallelMap(texts, prefixed, { threads: 2 })
// @ts-expect-error
parallelMap(texts, prefixed, { args: { prefix: 1 } })

// Wrong options do not compile.
// @ts-expect-error
parallelMap(texts, size, { thread: 2 })
// @ts-expect-error
parallelMap(texts, size, { ordered: 'yes' })
// @ts-expect-error
parallelMap(texts, size, { onError: 'ignore' })
// @ts-expect-error: the item is a text
parallelMap(texts, size, { ordered: (n: number) => n })

// Stages pass their types on.
export const mapped: Pipeline<number, string> = pipeline(texts).map(size)
export const here: Pipeline<boolean, string> = pipeline(texts).map((text) => text.length > 1)
export const hereLater: Pipeline<number, string> = pipeline(texts).map(async (text) => text.length)
export const kept: Pipeline<string, string> = pipeline(texts).filter((text) => text.length)
export const keptThere: Pipeline<string, string> = pipeline(texts).filter(size)
export const narrowed: Pipeline<string, string | number> = pipeline<string | number>([1, 'a']).filter(
  (each): each is string => typeof each === 'string',
)
export const words: Pipeline<string, string> = pipeline(texts).flatMap(split)
export const streamed: Pipeline<string, number> = pipeline(numbers).flatMap(stream)
export const streamedLater: Pipeline<boolean, number> = pipeline(numbers).flatMap(streamLater)
export const flat: Pipeline<number, string> = pipeline(texts).flatMap((text) => [text.length])
export const batches: Pipeline<number[], string> = pipeline(texts).map(size).batch(10, { linger: 5 })
export const all: Promise<number[]> = pipeline(texts)
  .flatMap(split)
  .filter((word) => word)
  .map(size)
  .toArray()
export const report: Promise<PipelineReport> = pipeline(texts)
  .map(size)
  .to((n) => void n)
export const written: Promise<PipelineReport> = pipeline(texts).to(new Writable(), { end: false })

// @ts-expect-error
pipeline(numbers).map(size)
// @ts-expect-error
pipeline(texts).map(size).map(size)
// @ts-expect-error
pipeline(texts).flatMap(split).map(later)
// @ts-expect-error
pipeline(texts).map(prefixed)
// @ts-expect-error
pipeline(texts).batch(3).map(size)
// @ts-expect-error
pipeline(texts).map(size, { windows: 3 })
for await (const n of pipeline(texts).map(size)) n.toFixed()
// @ts-expect-error
for await (const n of pipeline(texts).map(size)) n.slice()

// A sink takes the values of the last stage.
mapped.to((n, index) => n.toFixed(index))
mapped.to(process.stdout)
mapped.to(new WritableStream<number>())
mapped.to(new Queue<number>())
// @ts-expect-error
mapped.to((text: string) => text)
// @ts-expect-error
mapped.to(new Queue<string>())
// @ts-expect-error
mapped.to('file.txt')
