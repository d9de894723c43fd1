import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/**
 * Compares what gunzip makes of `output` with the first `bytes` bytes of `input`, without threads or queues.
 * @throws Error if they differ
 */
export async function checkGzip(input: string, bytes: number, output: string): Promise<void> {
  const sha256 = async (chunks: AsyncIterable<Buffer>) => {
    const hash = createHash('sha256')
    for await (const chunk of chunks) hash.update(chunk)
    return hash.digest('hex')
  }
  const [expected, got] = await Promise.all([
    pipeline(createReadStream(input, { end: Math.max(0, bytes - 1) }), sha256),
    pipeline(createReadStream(output), createGunzip(), sha256),
  ])
  if (expected !== got) throw new Error(`${output} does not hold the first ${bytes} bytes of ${input}`)
}
