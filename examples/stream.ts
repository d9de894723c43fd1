/**
 * gzip on all cores, as a stage inside `stream.pipeline`.
 *
 *   npx tsx examples/stream.ts INPUT OUTPUT
 *
 *   createReadStream → pipeline().map(gzipBlock).toDuplex() → createWriteStream
 *
 * The stage is a Duplex like any other: it holds the reading back when the writing is slow, and an error of
 * any part destroys the others. Each block becomes a gzip file of its own. Joined in order they are one file
 * again, which any gunzip reads. `pipeline-by-hand.ts` does the same from queues and groups.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline as streamPipeline } from 'node:stream/promises'
import { fail } from './shared/command.ts'
import { checkGzip } from './shared/gzip-check.ts'
import { interruptSignal } from './shared/interrupt.ts'
import { readOptions } from './shared/options.ts'

const NAME = 'stream'
const CORES = availableParallelism()
const BLOCK_BYTES = 128 * 1024

const HELP = `Usage: stream [INPUT [OUTPUT]] [options]

Compresses INPUT (default: package-lock.json) to OUTPUT (default: a temporary file), and checks what was written.
An OUTPUT that exists is overwritten. An empty INPUT makes an empty OUTPUT.

  --threads N  how many threads compress, 1 to 64 (default: one a core, here ${CORES})
  --help, -h   prints this

Ctrl-C: the streams are destroyed, and OUTPUT is removed.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`

async function main(input: string, output: string, threads: number): Promise<void> {
  console.log(`${input} is compressed to ${output}; threads: ${threads}`)
  // Loaded here, not above: loading it from TypeScript takes half a second.
  const { pipeline } = await import('../src/index.ts')
  const { gzipBlock } = await import('./stream/work.ts')

  const signal = interruptSignal()
  const began = performance.now()
  try {
    await streamPipeline(
      createReadStream(input, { highWaterMark: BLOCK_BYTES }),
      pipeline().map(gzipBlock, { threads }).toDuplex(),
      createWriteStream(output),
      { signal },
    )
  } catch (error) {
    if (!signal.aborted) throw error
    rmSync(output, { force: true })
    return console.log('interrupted')
  }
  const { size } = statSync(input)
  const elapsed = (performance.now() - began) / 1000
  console.log(`${size} bytes to ${statSync(output).size} in ${elapsed.toFixed(2)} s`)
  if (size === 0) return
  await checkGzip(input, size, output)
  console.log('checked: gunzip gives back the whole file')
}

/** @throws an error that says which argument is wrong */
function checkFiles(input: string, output: string): void {
  const stats = statSync(input)
  if (!stats.isFile()) throw new Error(`INPUT: a regular file expected, got ${input}`)
  const at = statSync(output, { throwIfNoEntry: false })
  if (at?.ino === stats.ino && at.dev === stats.dev) throw new Error('INPUT and OUTPUT are the same file')
}

const options = readOptions(NAME, HELP, {
  numbers: { threads: [1, 64, CORES] },
  most: [2, 'INPUT and OUTPUT'],
})
if (options !== undefined) {
  const [input = 'package-lock.json', given] = options.files
  const output = given ?? join(mkdtempSync(join(tmpdir(), 'stream-')), `${basename(input)}.gz`)
  try {
    checkFiles(input, output)
    await main(input, output, options.numbers.threads).catch((error) => fail(NAME, error, 1))
  } catch (error) {
    fail(NAME, error, 2)
  }
}
