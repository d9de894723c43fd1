/**
 * gzip on all cores, from the building blocks: three groups of threads, two bounded queues between them.
 *
 *   npx tsx examples/pipeline-by-hand.ts INPUT OUTPUT
 *
 *   read (1 thread) → blocks → compress (a thread a core) → packed → write (1 thread)
 *
 * Each block becomes a gzip file of its own. Joined in order they are one file again, which any gunzip reads.
 * The queues are short, so memory stays small for a file of any size: reading waits for compressing,
 * compressing for writing.
 *
 * `pipeline()` does for you what is done here by hand: the queues between the stages and their end, the order
 * (`next`, `early`), blocks that come twice, and blocks that are out of turn, whose number nothing bounds
 * here. `stream.ts` compresses in that way.
 */
import { closeSync, mkdtempSync, openSync, readSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import type { Queue, ThreadContext } from '../src/index.ts'
import { fail, watchOutput } from './shared/command.ts'
import { checkGzip } from './shared/gzip-check.ts'

const NAME = 'pipeline-by-hand'

const HELP = `Usage: pipeline-by-hand [INPUT [OUTPUT]]

Compresses INPUT (default: package-lock.json) to OUTPUT (default: a temporary file), and checks what was written.
An OUTPUT that exists is overwritten.

Ctrl-C stops the reading: the blocks read so far are compressed, written and checked. Again: at once.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`
const BLOCK_BYTES = 16 * 1024
const QUEUED = 16

type Block = { number: number; bytes: Uint8Array }

/** A producer: each block is stored before the next is asked for. An empty file is one empty block. */
export function* read({ input }: { input: string }): Generator<Block> {
  const fd = openSync(input, 'r')
  let length: number
  let number = 0
  do {
    const buffer = Buffer.alloc(BLOCK_BYTES)
    length = readSync(fd, buffer)
    if (length > 0 || number === 0) yield { number: number++, bytes: buffer.subarray(0, length) }
  } while (length > 0)
  closeSync(fd)
}

/** A consumer that also puts. If its thread dies on the way, the block is delivered to another thread. */
export function compress({ number, bytes }: Block, { args }: ThreadContext<{ packed: Queue<Block> }>): void {
  args.packed.putSync({ number, bytes: gzipSync(bytes) })
}

/** In the one thread that writes: the number of the next block in the file, and blocks that came early. */
let next = 0
const early = new Map<number, Uint8Array>()

/** A consumer on one thread: puts the blocks back in order. */
export function write({ number, bytes }: Block, { args, restarts }: ThreadContext<{ fd: number }>): void {
  if (restarts > 0) throw new Error('the thread that wrote has died, and the early blocks are lost')
  // A block comes twice if the thread that compressed it died just after the put.
  if (number >= next) early.set(number, bytes)
  for (let due = early.get(next); due !== undefined; due = early.get(next)) {
    writeFileSync(args.fd, due)
    early.delete(next++)
  }
}

async function main({ input, output, fd }: { input: string; output: string; fd: number }): Promise<void> {
  console.log(`${input} is compressed to ${output}`)
  // Loaded here, not above: loading it from TypeScript takes half a second.
  const { Queue, Supervisor, task } = await import('../src/index.ts')
  const blocks = new Queue<Block>({ name: 'blocks', maxsize: QUEUED })
  const packed = new Queue<Block>({ name: 'packed', maxsize: QUEUED })
  const supervisor = new Supervisor({ handleSignals: true })
  const work = task<typeof import('./pipeline-by-hand.ts')>(import.meta.url)
  // If its thread dies, the file is read again, without the blocks that were queued before.
  supervisor.produce(blocks, work('read', { args: { input }, resume: 'skip' }))
  // The supervisor shuts `blocks` down after its producer, and `packed` after the group that closes it.
  supervisor.consume(blocks, work('compress', { args: { packed }, closes: packed }))
  supervisor.consume(packed, work('write', { threads: 1, args: { fd } }))
  const report = await supervisor.join()
  closeSync(fd)

  console.log(report.groups.map(({ name, threads }) => `${name} x ${threads}`).join(' → '))
  const { stored = 0 } = report.groups[0] ?? {}
  if (stored === 0) return console.log('stopped before anything was read')
  const { size } = statSync(input)
  const bytes = Math.min(size, stored * BLOCK_BYTES)
  console.log(`${input}: ${bytes} bytes in ${stored} blocks, in ${(report.elapsed / 1000).toFixed(2)} s`)
  console.log(`${output}: ${statSync(output).size} bytes`)
  await checkGzip(input, bytes, output)
  console.log(`checked: gunzip gives back ${bytes === size ? 'the whole file' : `its first ${bytes} bytes`}`)
}

/** Checks the arguments and opens the output. @throws an error that says which argument is wrong */
function openFiles() {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  })
  const [input = 'package-lock.json', given, ...others] = positionals
  if (values.help) return undefined
  if (others.length > 0) throw new Error(`INPUT and OUTPUT expected, and no more: ${others.join(' ')}`)
  const stats = statSync(input)
  if (!stats.isFile()) throw new Error(`INPUT: a regular file expected, got ${input}`)
  const output = given ?? join(mkdtempSync(join(tmpdir(), 'pipeline-')), `${basename(input)}.gz`)
  const at = statSync(output, { throwIfNoEntry: false })
  if (at?.ino === stats.ino && at.dev === stats.dev) throw new Error('INPUT and OUTPUT are the same file')
  return { input, output, fd: openSync(output, 'w') }
}

if (isMainThread) {
  watchOutput(NAME)
  try {
    const files = openFiles()
    if (files === undefined) process.stdout.write(HELP)
    else await main(files).catch((error) => fail(NAME, error, 1))
  } catch (error) {
    fail(NAME, error, 2)
  }
}
