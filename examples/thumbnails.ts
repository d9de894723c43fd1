/**
 * Thumbnails of pictures on all cores, in one page, in the order of the pictures.
 *
 *   npx tsx examples/thumbnails.ts
 *   npx tsx examples/thumbnails.ts photos/*.jpg --output photos.html
 *
 * A thread gets the name of a file, and reads, decodes and scales the picture. The page is written while
 * others are under way: a thumbnail waits until all before it are there. A file that is no picture is named,
 * and the others go on: `settled()` gives failures in their places.
 */
import { closeSync, mkdtempSync, openSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fail } from './shared/command.ts'
import { interruptSignal } from './shared/interrupt.ts'
import { readOptions } from './shared/options.ts'
import { PAGE_END, PAGE_HEAD, pictureOf } from './thumbnails/page.ts'

const NAME = 'thumbnails'
const CORES = availableParallelism()

const HELP = `Usage: thumbnails [FILE ...] [options]

Makes a page with a thumbnail of each PNG and JPEG picture, in their order. Without FILE, pictures are made first.

  --output FILE  the page (default: thumbnails.html in a new temporary folder); one that exists is overwritten
  --width N      width of a thumbnail in pixels, 16 to 1000 (default: 160)
  --pictures N   how many pictures are made, 1 to 1000 (default: 40)
  --threads N    1 to 64 (default: one a core, here ${CORES})
  --help, -h     prints this

Needs the package @silvia-odwyer/photon-node (npm i -D @silvia-odwyer/photon-node).
Ctrl-C: no more pictures are begun, and those that were are written. Again: at once.
Exit codes: 0; 1 failed, or a file was no picture; 2 wrong arguments; 130 interrupted.
`

interface Given {
  readonly files: readonly string[]
  readonly page: string
  readonly width: number
  readonly pictures: number
  readonly threads: number
}

async function main({ page, width, pictures, threads, ...given }: Given): Promise<void> {
  console.log(`thumbnails of ${given.files.length || pictures} pictures; threads: ${threads}`)
  // Loaded here, not above: loading it from TypeScript takes half a second.
  const { parallelMap, progressBar } = await import('../src/index.ts')
  const { drawPicture, thumbnail } = await import('./thumbnails/work.ts')

  const signal = interruptSignal()
  const files =
    given.files.length > 0 ? given.files : await parallelMap(newFiles(pictures), drawPicture).toArray()

  const run = parallelMap(untilAborted(files, signal), thumbnail, { threads, args: { width } })
  if (process.stderr.isTTY) progressBar(run, { total: files.length, unit: 'pictures' })
  const fd = openSync(page, 'w')
  writeSync(fd, PAGE_HEAD)
  let written = 0
  for await (const result of run.settled()) {
    const file = files[result.index] as string
    if ('value' in result) {
      writeSync(fd, pictureOf(basename(file), result.value))
      written++
    } else {
      fail(NAME, new Error(`${file}: ${messageOf(result.error)}`), signal.aborted ? 130 : 1)
    }
  }
  writeSync(fd, PAGE_END)
  closeSync(fd)
  console.log(`${page}: ${written} thumbnails`)
}

/** The names of files to be made, in a new folder: PNG and JPEG in turn. */
function newFiles(pictures: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'thumbnails-'))
  return Array.from({ length: pictures }, (_, index) =>
    join(folder, `picture-${String(index + 1).padStart(3, '0')}.${index % 2 === 0 ? 'png' : 'jpg'}`),
  )
}

function* untilAborted(files: readonly string[], signal: AbortSignal): Generator<string> {
  for (const file of files) {
    if (signal.aborted) return
    yield file
  }
}

/** The message of the error that the function threw; it is the cause of the run's. */
function messageOf(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : message
}

const options = readOptions(NAME, HELP, {
  numbers: { width: [16, 1000, 160], pictures: [1, 1000, 40], threads: [1, 64, CORES] },
  texts: ['output'],
  most: [Number.POSITIVE_INFINITY, 'FILE'],
})
if (options !== undefined) {
  const { numbers, files, texts } = options
  const page = texts.output ?? join(mkdtempSync(join(tmpdir(), 'thumbnails-')), 'thumbnails.html')
  await main({ ...numbers, files, page }).catch((error) => fail(NAME, error, 1))
}
