import { createReadStream, createWriteStream, fstatSync, open, type Stats, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { inspect, promisify } from 'node:util'
import { UsageError } from './usage.ts'

const STANDARD = '-'
const CHUNK_BYTES = 2 ** 18

/** A stream that was opened, and the name of it that errors use. */
export interface Opened<S> {
  readonly stream: S
  readonly name: string
  /** Its bytes in all; undefined if that is unknown. */
  readonly bytes: number | undefined
  readonly isStandard: boolean
}

/** Opens the input. @throws UsageError if there is no such file */
export async function openInput(path = STANDARD): Promise<Opened<Readable>> {
  if (path === STANDARD) {
    const stats = statsOf(() => fstatSync(0))
    // Node reads a folder as if it were empty.
    if (stats?.isDirectory()) throw new UsageError('standard input must be a file, not a folder')
    return { stream: process.stdin, name: 'standard input', bytes: bytesOf(stats), isStandard: true }
  }
  const stats = statsOf(() => statSync(path))
  if (stats === undefined)
    throw new UsageError(`--input must be a file that exists; received ${inspect(path)}`)
  if (stats.isDirectory())
    throw new UsageError(`--input must be a file, not a folder; received ${inspect(path)}`)
  const stream = stats.isFIFO()
    ? await openPipe(path)
    : createReadStream(path, { highWaterMark: CHUNK_BYTES })
  return { stream, name: path, bytes: bytesOf(stats), isStandard: false }
}

/** Opens the output. @throws UsageError if it is the file that is read */
export function openOutput(path = STANDARD, input = STANDARD): Opened<Writable> {
  if (path === STANDARD) {
    return { stream: process.stdout, name: 'standard output', bytes: undefined, isStandard: true }
  }
  const stats = statsOf(() => statSync(path))
  const read = statsOf(() => (input === STANDARD ? fstatSync(0) : statSync(input)))
  if (stats?.isFile() && stats.ino === read?.ino && stats.dev === read.dev) {
    throw new UsageError(`--output must be another file than the input; received ${inspect(path)}`)
  }
  return { stream: createWriteStream(resolve(path)), name: path, bytes: undefined, isStandard: false }
}

/**
 * A named pipe. It is read by the event loop: a read in a thread of libuv's pool would hold the process until
 * somebody writes.
 */
async function openPipe(path: string): Promise<Readable> {
  const fd = await promisify(open)(path, 'r')
  return new Socket({ fd, readable: true, writable: false })
}

function statsOf(get: () => Stats): Stats | undefined {
  try {
    return get()
  } catch {
    return undefined
  }
}

function bytesOf(stats: Stats | undefined): number | undefined {
  return stats?.isFile() ? stats.size : undefined
}
