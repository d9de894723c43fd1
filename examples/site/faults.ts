/** Addresses that fail: for ever, or until they have been asked often enough. */
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { FailureClass } from '../scraper/outcome.ts'
import { html } from './html.ts'
import { linkTo } from './links.ts'
import { leaf } from './pages.ts'
import { type Asked, type Entry, type Link, page, sendHtml } from './plan.ts'

const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' }
const MB = 1_000_000
/** The bomb's size when it is decompressed. */
const BOMB_MB = 200

const failing = (path: string, outcome: FailureClass, answer: Entry['answer']): Entry => ({
  path,
  outcome,
  attempts: 1,
  links: [],
  answer,
})

function sendStatus(response: ServerResponse, status: number, retryAfter?: string): void {
  const more = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
  response.writeHead(status, { ...HTML_TYPE, ...more }).end(`<title>Status ${status}</title>`)
}

export function faults(hugeBytes: number): Entry[] {
  const status = (code: number, outcome: FailureClass, retryAfter?: string) =>
    failing(`/bad/${code}`, outcome, ({ response }) => sendStatus(response, code, retryAfter))
  return [
    status(403, 'client-error'),
    status(404, 'client-error'),
    status(410, 'client-error'),
    status(500, 'server-error'),
    status(501, 'server-error'),
    status(503, 'server-error'),
    status(429, 'throttled', '1'),
    ...files(),
    ...sizes(hugeBytes),
    ...connections(),
  ]
}

/** Files that are no pages. */
function files(): Entry[] {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7919) >>> 3)
  const types = {
    'picture.png': 'image/png',
    'document.pdf': 'application/pdf',
    'data.json': 'application/json',
  }
  const typed = Object.entries(types).map(([name, type]) =>
    failing(`/files/${name}`, 'not-html', ({ response }) => {
      response.writeHead(200, { 'content-type': type }).end(bytes)
    }),
  )
  return [...typed, failing('/files/untyped', 'not-html', ({ response }) => void response.end(bytes))]
}

function sizes(hugeBytes: number): Entry[] {
  const text = Buffer.alloc(64 * 1024, '<p>more and more</p>\n')
  let bomb: Buffer | undefined
  return [
    failing('/bad/huge', 'too-large', ({ response }) => {
      response.writeHead(200, { ...HTML_TYPE, 'content-length': hugeBytes })
      pour(response, text, hugeBytes)
    }),
    failing('/bad/huge-undeclared', 'too-large', ({ response }) => {
      response.writeHead(200, HTML_TYPE)
      pour(response, text, hugeBytes)
    }),
    failing('/bad/endless', 'too-large', ({ response }) => {
      response.writeHead(200, HTML_TYPE)
      pour(response, text, Number.POSITIVE_INFINITY)
    }),
    failing('/bad/bomb', 'too-large', ({ response }) => {
      // Members of gzip, one after another, are one text.
      bomb ??= Buffer.concat(new Array(BOMB_MB).fill(gzipSync(Buffer.alloc(MB))))
      response.writeHead(200, { ...HTML_TYPE, 'content-encoding': 'gzip' }).end(bomb)
    }),
  ]
}

/** Writes as fast as the reader reads, and no further when it has left. */
function pour(response: ServerResponse, chunk: Buffer, bytes: number): void {
  let left = bytes
  const more = () => {
    while (left > 0 && !response.destroyed) {
      const piece = chunk.subarray(0, Math.min(left, chunk.length))
      left -= piece.length
      if (!response.write(piece)) return
    }
    if (!response.destroyed) response.end()
  }
  response.on('drain', more)
  more()
}

function connections(): Entry[] {
  /** Bytes instead of what the server would send. */
  const raw = (text: string) => (asked: Asked) => void asked.request.socket.end(text)
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n'
  return [
    failing('/bad/reset', 'connection', ({ request }) => void request.socket.resetAndDestroy()),
    failing('/bad/truncated', 'connection', raw(`${head}Content-Length: 1000\r\n\r\n<title>Half`)),
    failing('/bad/not-http', 'bad-response', raw('220 mail.invalid ESMTP\r\n')),
    failing('/bad/encoding', 'bad-response', ({ response }) => {
      response.writeHead(200, { ...HTML_TYPE, 'content-encoding': 'rot13' }).end('<gvgyr>')
    }),
    failing('/bad/gzip', 'bad-response', ({ response }) => {
      response.writeHead(200, { ...HTML_TYPE, 'content-encoding': 'gzip' }).end('<title>Not gzip')
    }),
    failing('/bad/silent', 'timeout', () => {}),
  ]
}

/** Pages that are there when they have been asked for often enough, each with a leaf behind it. */
export function healing(origin: string, slowMs: number): Entry[] {
  const heals = (name: string, tries: number, status: number, retryAfter?: () => string): Entry[] => {
    const links = [linkTo(origin, `/leaf/healed-${name}`)]
    const body = html(`Healed ${name}`, links, 'It took some requests.')
    const entry: Entry = {
      ...page(`/heals/${name}`, `Healed ${name}`, links, body),
      attempts: tries + 1,
      answer: ({ response, attempt }) => {
        if (attempt > tries) sendHtml(response, body)
        else sendStatus(response, status, retryAfter?.())
      },
    }
    return [entry, leaf(`healed-${name}`)]
  }
  // A date has whole seconds: this one is at least one second away.
  const date = () => new Date(Date.now() + 2000).toUTCString()
  return [
    ...heals('500', 2, 500),
    ...heals('503', 1, 503, () => '1'),
    ...heals('429', 1, 429, () => '1'),
    ...heals('429-zero', 1, 429, () => '0'),
    ...heals('429-date', 1, 429, date),
    ...['1', '2', '3'].map((name) => slow(`/slow/${name}`, slowMs, linkTo(origin, '/'))),
  ]
}

function slow(path: string, slowMs: number, link: Link): Entry {
  const body = html(`Slow ${path}`, [link], 'It took its time.')
  return {
    ...page(path, `Slow ${path}`, [link], body),
    answer: ({ response }) => {
      const timer = setTimeout(() => sendHtml(response, body), slowMs)
      response.on('close', () => clearTimeout(timer))
    },
  }
}
