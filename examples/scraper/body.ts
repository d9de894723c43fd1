/** Bodies of responses, decompressed, with a bound on what they take. */
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { ResponseError } from './failures.ts'

/** A body that is larger than its limit. */
export class TooLargeError extends ResponseError {
  /** The bytes before the limit, decompressed. */
  bytes: Uint8Array = new Uint8Array()

  constructor(maxBytes: number, has: string) {
    super('too-large', `${has} more than ${maxBytes} bytes`)
  }
}

type Bytes = AsyncIterable<Uint8Array>

/** Nobody sends more, but for a bomb. */
const MAX_ENCODINGS = 2

export const ACCEPTED_ENCODINGS = 'gzip, deflate, br'

/**
 * Reads a body. `contentEncoding` is the header. The limit holds for the bytes that came and for those that
 * each decompression makes of them: a body that is larger is read no further.
 * @throws TooLargeError
 * @throws ResponseError if the encoding is unknown
 */
export async function readBody(
  source: Bytes,
  contentEncoding: string | readonly string[] | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  let body = limited(source, maxBytes, 'the body has')
  for (const encoding of encodingsOf(contentEncoding).reverse()) {
    body = limited(decompressed(body, encoding), maxBytes, 'decompressed, the body has')
  }
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of body) chunks.push(chunk)
  } catch (error) {
    if (error instanceof TooLargeError) error.bytes = joined(chunks)
    throw error
  }
  return joined(chunks)
}

/** The encodings of a Content-Encoding header, in the order in which they were applied. */
export function encodingsOf(header: string | readonly string[] | undefined): string[] {
  const encodings = [header ?? '']
    .flat()
    .join(',')
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== '' && encoding !== 'identity')
  const unknown = encodings.find((encoding) => !['gzip', 'x-gzip', 'deflate', 'br'].includes(encoding))
  if (unknown !== undefined) throw new ResponseError('bad-response', `content encoding '${oneWord(unknown)}'`)
  if (encodings.length > MAX_ENCODINGS) {
    throw new ResponseError('bad-response', `${encodings.length} content encodings, one upon another`)
  }
  return encodings
}

const oneWord = (text: string): string => text.replaceAll(/[^\w-]+/g, ' ').slice(0, 20)

async function* limited(body: Bytes, maxBytes: number, has: string): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    const fits = chunk.subarray(0, maxBytes - bytes)
    bytes += chunk.length
    if (fits.length > 0) yield fits
    if (bytes > maxBytes) throw new TooLargeError(maxBytes, has)
  }
}

async function* decompressed(body: Bytes, encoding: string): AsyncGenerator<Uint8Array> {
  const input = body[Symbol.asyncIterator]()
  const first = await input.next()
  if (first.done) return
  const decoder = decoderOf(encoding, first.value[0] as number)
  const whole = async function* () {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => input }
  }
  // An error of the input or of the decoder reaches the loop below through the decoder.
  pipeline(whole, decoder).catch(() => {})
  try {
    yield* decoder
  } finally {
    decoder.destroy()
  }
}

function decoderOf(encoding: string, firstByte: number): Transform {
  if (encoding === 'br') return createBrotliDecompress()
  if (encoding !== 'deflate') return createGunzip()
  // Some servers send deflate without the header of zlib, whose low four bits are 8.
  return (firstByte & 0x0f) === 8 ? createInflate() : createInflateRaw()
}

/** One array in memory of its own, so that it can be moved to another thread. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const chunk of chunks) {
    bytes.set(chunk, end)
    end += chunk.length
  }
  return bytes
}
