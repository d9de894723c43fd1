/** The NDJSON file of a run: a first line with its seeds, then a line for each URL that is finished. */
import { closeSync, createReadStream, openSync, truncateSync, writeSync } from 'node:fs'
import type { Result } from './result.ts'

/** The first line. */
export interface Head {
  readonly kind: 'run'
  readonly seeds: readonly string[]
}

/** A run that was stopped, as its file tells. */
export interface Stopped {
  readonly seeds: readonly string[]
  readonly results: readonly Result[]
  /** Bytes of its whole lines; a torn line may follow. */
  readonly bytes: number
}

const KINDS = ['run', 'page', 'redirect', 'failed']

/**
 * Reads the file of a run that was stopped. Its last line may be torn, as the death of a process leaves it.
 * @throws Error for any other line that is no result
 */
export async function readJournal(file: string): Promise<Stopped> {
  const seeds: string[] = []
  const results: Result[] = []
  let bytes = 0
  let number = 0
  for await (const line of linesOf(file)) {
    number++
    const entry = entryOf(line.toString())
    if (entry === undefined) throw new Error(`${file}: line ${number} is no result of the scraper`)
    if (entry.kind === 'run') seeds.push(...entry.seeds)
    else results.push(entry)
    bytes += line.length + 1
  }
  if (number > 0 && seeds.length === 0) throw new Error(`${file}: no first line with seeds`)
  return { seeds, results, bytes }
}

/** The lines that are whole. A last line without its end is not, though it may read as if it were. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...pieces, chunk.subarray(from, end)])
      pieces = []
      from = end + 1
    }
    pieces.push(chunk.subarray(from))
  }
}

function entryOf(line: string): Head | Result | undefined {
  try {
    const entry = JSON.parse(line)
    if (!KINDS.includes(entry?.kind)) return undefined
    return entry.kind === 'run' ? (Array.isArray(entry.seeds) ? entry : undefined) : resultOf(entry)
  } catch {
    return undefined
  }
}

function resultOf(entry: Record<string, unknown>): Result | undefined {
  const { kind, url, depth, hops, attempts, links, to } = entry
  const isWhole = [depth, hops, attempts].every(Number.isSafeInteger) && URL.canParse(String(url))
  if (!isWhole || (kind === 'page' && !Array.isArray(links))) return undefined
  return kind === 'redirect' && !URL.canParse(String(to)) ? undefined : (entry as unknown as Result)
}

/** Writes a line as soon as there is one, so that a run that dies loses none that it has counted. */
export class Journal {
  readonly #fd: number

  /** A new file, or one that goes on after its whole lines. */
  constructor(file: string, continued?: { readonly bytes: number }) {
    if (continued !== undefined) truncateSync(file, continued.bytes)
    this.#fd = openSync(file, continued === undefined ? 'w' : 'a')
  }

  write(entry: Head | Result): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`)
    for (let at = 0; at < line.length; ) at += writeSync(this.#fd, line, at)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
