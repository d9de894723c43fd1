import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { randomNumbers } from '../shared/random.ts'

const SERVICES = ['checkout', 'search', 'login', 'images', 'mail', 'stock']
const PATHS = ['/', '/orders', '/orders/17', '/search?q=flour', '/basket', '/favicon.ico']
const STATUSES = [200, 200, 200, 200, 200, 204, 301, 304, 404, 500, 503]
const LINES_A_WRITE = 2000

/**
 * Makes a log of so many lines, the same one each time. The file gets its name when it is whole, and is
 * removed if `signal` is aborted before.
 */
export async function writeLog(file: string, lines: number, signal?: AbortSignal): Promise<void> {
  const part = `${file}.${process.pid}.part`
  try {
    await pipeline(texts(lines), createWriteStream(part), signal === undefined ? {} : { signal })
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
  renameSync(part, file)
}

function* texts(lines: number): Generator<string> {
  const random = randomNumbers(7)
  const oneOf = <T>(values: readonly T[]): T => values[random() % values.length] as T
  const began = Date.UTC(2026, 0, 1)
  for (let first = 0; first < lines; first += LINES_A_WRITE) {
    let text = ''
    for (let number = first; number < Math.min(lines, first + LINES_A_WRITE); number++) {
      const time = new Date(began + number * 37).toISOString()
      const request = {
        method: 'GET',
        path: oneOf(PATHS),
        address: `10.0.${random() % 256}.${random() % 256}`,
      }
      const result = { status: oneOf(STATUSES), bytes: random() % 50_000, ms: random() % 900 }
      const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
      text += `${JSON.stringify({ time, service: oneOf(SERVICES), ...request, ...result, agent })}\n`
    }
    yield text
  }
}
