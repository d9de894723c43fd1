import type { Pull } from './pull.ts'

/** A ReadableStream is locked as long as it is read, and cancelled if that ends early. */
export function webPull(stream: ReadableStream<unknown>): Pull {
  const reader = stream.getReader()
  return {
    left: 'the cancel() of its source has not settled',
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    over: () => reader.releaseLock(),
    end: (reason) => {
      const cancelled = reader.cancel(reason)
      reader.releaseLock()
      return cancelled
    },
  }
}
