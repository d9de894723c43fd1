import { Readable, Writable } from 'node:stream'
import type * as Millrace from '../../../src/index.ts'
import type { Plan } from './plan.ts'

export class SourceFault extends Error {}
export class SinkFault extends Error {}

/** A source that counts how often it is read, and notes that it was closed. */
export interface TestSource {
  readonly given: unknown
  /** The queue, if it is one. */
  readonly queue: Millrace.Queue<string> | undefined
  /** It was opened and is not closed. */
  readonly isOpen: () => boolean
}

/** `onRead` is called before each item is given. */
export function sourceOf(millrace: typeof Millrace, plan: Plan, onRead: (index: number) => void): TestSource {
  const { items, throwsAt, silentAt, source } = plan
  let isOpen = false
  /** The item, or undefined after the last. */
  const item = (index: number): string | undefined => {
    if (index === throwsAt) throw new SourceFault(`the source at ${index}`)
    if (index === items) return undefined
    onRead(index)
    return String(index)
  }
  const made = (given: unknown, queue?: Millrace.Queue<string>): TestSource => ({
    given,
    queue,
    isOpen: () => isOpen,
  })
  const never = new Promise<never>(() => {})
  if (source === 'array') return made(Array.from({ length: items }, (_, index) => String(index)))
  if (source === 'thread') {
    const filename = new URL('./functions.mjs', import.meta.url)
    return made({ filename, name: 'numbers', args: { count: items } })
  }
  if (source === 'generator') {
    return made(
      (function* () {
        isOpen = true
        try {
          for (let index = 0; ; index++) {
            const value = item(index)
            if (value === undefined) return
            yield value
          }
        } finally {
          isOpen = false
        }
      })(),
    )
  }
  if (source === 'async generator' || source === 'signal') {
    const generate = async function* (signal?: AbortSignal) {
      isOpen = true
      try {
        for (let index = 0; ; index++) {
          if (index % 3 === 1) await new Promise((resolve) => setTimeout(resolve, index % 2))
          if (index === silentAt) {
            await new Promise((_, reject) => {
              if (signal?.aborted) reject(signal.reason)
              signal?.addEventListener('abort', () => reject(signal.reason))
            })
          }
          const value = item(index)
          if (value === undefined) return
          yield value
        }
      } finally {
        isOpen = false
      }
    }
    return made(source === 'signal' ? generate : generate())
  }
  if (source === 'iterator') {
    let index = 0
    return made({
      [Symbol.asyncIterator]: () => {
        isOpen = true
        return {
          async next() {
            if (index === silentAt) await never
            try {
              const value = item(index++)
              if (value === undefined) isOpen = false
              return { value, done: value === undefined }
            } catch (error) {
              isOpen = false
              throw error
            }
          },
          async return() {
            isOpen = false
            return { value: undefined, done: true }
          },
        }
      },
    })
  }
  if (source === 'readable') {
    let index = 0
    isOpen = true
    return made(
      new Readable({
        objectMode: true,
        highWaterMark: 2,
        read() {
          if (index === silentAt) return
          try {
            this.push(item(index++) ?? null)
          } catch (error) {
            this.destroy(error as Error)
          }
        },
        destroy(error, callback) {
          isOpen = false
          callback(error)
        },
      }),
    )
  }
  if (source === 'web') {
    let index = 0
    isOpen = true
    return made(
      new ReadableStream<string>({
        async pull(controller) {
          if (index === silentAt) await never
          try {
            const value = item(index++)
            if (value !== undefined) controller.enqueue(value)
            else {
              isOpen = false
              controller.close()
            }
          } catch (error) {
            isOpen = false
            throw error
          }
        },
        cancel() {
          isOpen = false
        },
      }),
    )
  }
  const queue = new millrace.Queue<string>()
  for (let index = 0; index < Math.min(items, silentAt ?? items); index++) queue.tryPut(String(index))
  if (silentAt === undefined) queue.shutdown()
  return made(queue, queue)
}

/** The places of a sink that is a queue. */
export const queueSizeOf = (seed: number) => 1 + (seed % 5)
/** The values that a sink that is a Writable takes at once. */
export const highWaterMarkOf = (seed: number) => 1 + (seed % 3)

/** A sink that collects what is written to it. `accept` throws where the plan says so. */
export function sinkOf(
  millrace: typeof Millrace,
  plan: Plan,
  accept: (value: unknown) => void,
): { readonly given: unknown; finish(): Promise<void> } {
  const none = async () => {}
  const { sink, seed } = plan
  if (sink === 'queue') {
    const queue = new millrace.Queue<unknown>({ maxsize: queueSizeOf(seed) })
    const reading = (async () => {
      for await (const value of queue) accept(value)
    })()
    return { given: queue, finish: () => reading }
  }
  if (sink === 'writable') {
    const given = new Writable({
      objectMode: true,
      highWaterMark: highWaterMarkOf(seed),
      write(value, _, callback) {
        try {
          accept(value)
        } catch (error) {
          callback(error as Error)
          return
        }
        if (seed % 2 === 0) callback()
        else setImmediate(callback)
      },
    })
    return { given, finish: none }
  }
  if (sink === 'web') return { given: new WritableStream({ write: (value) => accept(value) }), finish: none }
  const given = (value: unknown) => {
    accept(value)
    return seed % 2 === 0 ? undefined : new Promise((resolve) => setImmediate(resolve))
  }
  return { given, finish: none }
}
