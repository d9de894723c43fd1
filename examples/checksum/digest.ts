/** The function that the threads of `../checksum.ts` run: it takes a path and gives its digest. */
import { createHash } from 'node:crypto'
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import { type Queue, type ThreadContext, threaded } from '../../src/index.ts'

/** The path is bytes, as in the file system, because not every name is UTF-8. */
export interface Digest {
  path: Uint8Array
  bytes: number
  sha256: string
  gzipBytes: number
}
export interface Unreadable {
  path: Uint8Array
  error: string
}

export interface Shared {
  results: Queue<Digest | Unreadable>
  /** The bytes read so far by all threads, in one counter. */
  progress: BigInt64Array
}

/**
 * The size of the largest file that is read whole, into a buffer that is reused. Larger files are streamed.
 */
const WHOLE = 4 * 1024 * 1024
const CHUNK = 256 * 1024

/** Each thread has one. The calls of a thread do not overlap, so they can share it. */
let buffer: Buffer | undefined

/**
 * Called with each path. The path is finished when the call has returned. If this thread dies before that,
 * another thread gets the path. So a file may be digested twice, but is never forgotten.
 */
export const digest = threaded(import.meta, async (path: Uint8Array, { args }: ThreadContext<Shared>) => {
  const { results, progress } = args
  await results.put(await digestOf(path, progress).catch((error) => unreadable(path, error)))
})

async function digestOf(path: Uint8Array, progress: BigInt64Array): Promise<Digest> {
  const { fd, size } = openRegular(path)
  const hash = createHash('sha256')
  let bytes = 0
  let gzipBytes = 0
  const take = (chunk: Buffer) => {
    hash.update(chunk)
    bytes += chunk.length
    Atomics.add(progress, 0, BigInt(chunk.length))
    return chunk
  }
  try {
    if (size <= WHOLE) {
      buffer ??= Buffer.allocUnsafeSlow(WHOLE)
      gzipBytes = gzipSync(take(readWhole(fd, size, buffer))).length
    } else {
      const input = createReadStream('', {
        fd,
        autoClose: false,
        start: 0,
        end: size - 1,
        highWaterMark: CHUNK,
      })
      await pipeline(
        input,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) yield take(chunk)
        },
        createGzip(),
        async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) gzipBytes += chunk.length
        },
      )
    }
  } finally {
    closeSync(fd)
  }
  return { path, bytes, sha256: hash.digest('hex'), gzipBytes }
}

/**
 * Opens a regular file. A pipe or a link may have taken its place since the walk: a pipe is not waited for,
 * and a link is not followed. No more than `size` bytes are read, so that a growing file has an end.
 */
export function openRegular(path: Uint8Array): { fd: number; size: number } {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const fd = openSync(Buffer.from(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  const stats = fstatSync(fd)
  if (stats.isFile()) return { fd, size: stats.size }
  closeSync(fd)
  throw new Error('no longer a regular file')
}

/** The content, shorter than `size` if the file was cut meanwhile. Files of /proc have content but size 0. */
function readWhole(fd: number, size: number, buffer: Buffer): Buffer {
  const limit = size === 0 ? buffer.length : size
  let length = 0
  let read: number
  do {
    read = readSync(fd, buffer, length, limit - length, null)
    length += read
  } while (read > 0 && length < limit)
  return buffer.subarray(0, length)
}

/** The error's message without the system call and the path: `ENOENT: no such file or directory`. */
export function unreadable(path: Uint8Array, error: unknown): Unreadable {
  return { path, error: (error as Error).message.split(', ')[0] as string }
}
