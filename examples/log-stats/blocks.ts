import { createReadStream } from 'node:fs'

const BLOCK_BYTES = 256 * 1024
const NEWLINE = 10

/** The bytes of a file, in blocks that end with a line. It ends early when `signal` is aborted. */
export async function* blocksOf(file: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let begun: Buffer[] = []
  for await (const chunk of createReadStream(file, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>) {
    if (signal?.aborted) return
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      yield Buffer.concat([...begun, chunk.subarray(0, end)])
      begun = []
    }
    if (end < chunk.length) begun.push(chunk.subarray(end))
  }
  if (begun.length > 0) yield Buffer.concat(begun)
}
