import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { writeLog } from '../../examples/log-stats/log.ts'
import { randomNumbers } from '../../examples/shared/random.ts'
import { drawPicture } from '../../examples/thumbnails/work.ts'

const LOG_LINES = 200_000
const FILES = 500
const PICTURES = 40
const LINES = 5_000_000

/** Makes the input of each job in `folder`, the same each time. `percent` of the items, at least one. */
export const inputs = {
  async 'a-logs'(folder: string, percent: number): Promise<string> {
    const file = join(folder, 'log.ndjson')
    await writeLog(file, share(LOG_LINES, percent))
    return file
  },

  /** Files of 1 KB to 2 MB, small ones as often as large ones; half of each is random. */
  async 'b-files'(folder: string, percent: number): Promise<string> {
    const files = emptyFolder(folder, 'files')
    const random = randomNumbers(3)
    for (let number = 0; number < share(FILES, percent); number++) {
      const bytes = Math.round(1024 * 2048 ** (random() / 2 ** 32))
      const words = Uint32Array.from({ length: Math.ceil(bytes / 4) }, (_, at) =>
        at % 2 === 0 ? random() : at,
      )
      writeFileSync(
        join(files, `${String(number).padStart(3, '0')}.bin`),
        Buffer.from(words.buffer, 0, bytes),
      )
    }
    return files
  },

  async 'c-thumbnails'(folder: string, percent: number): Promise<string> {
    const pictures = emptyFolder(folder, 'pictures')
    for (let number = 1; number <= share(PICTURES, percent); number++) {
      const end = number % 2 === 0 ? 'png' : 'jpg'
      drawPicture(join(pictures, `picture-${String(number).padStart(3, '0')}.${end}`))
    }
    return pictures
  },

  async 'd-tasks'(): Promise<string> {
    return ''
  },

  async 'e-lines'(folder: string, percent: number): Promise<string> {
    const file = join(folder, 'lines.csv')
    const stream = createWriteStream(file)
    await pipeline(lines(share(LINES, percent)), stream)
    if (!stream.closed) await once(stream, 'close')
    return file
  },
} as const

export type JobName = keyof typeof inputs

function* lines(count: number): Generator<string> {
  const names = ['flour', 'butter', 'sugar', 'yeast', 'salt']
  for (let first = 0; first < count; first += 10_000) {
    let text = ''
    for (let id = first; id < Math.min(count, first + 10_000); id++) {
      text += `${id},${names[id % names.length]},${((id * 7) % 9000) / 100}\n`
    }
    yield text
  }
}

const share = (count: number, percent: number): number => Math.max(1, Math.round((count * percent) / 100))

function emptyFolder(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}
