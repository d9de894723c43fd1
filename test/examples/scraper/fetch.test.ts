import type { OutgoingHttpHeaders } from 'node:http'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { type FetchSettings, fetchPage } from '../../../examples/scraper/fetch.ts'
import { closeAll, pageRequest, serve, settingsFor, until } from './servers.ts'

afterEach(closeAll)

const HTML = { 'content-type': 'text/html' }
const TEXT = '<title>A page</title>'.repeat(100)

/** Fetches a page from a server that answers once so. */
async function answered(
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array = '',
  settings: Partial<FetchSettings> = {},
) {
  const server = await serve((_, response) => response.writeHead(status, headers).end(body))
  const url = `${server.origin}/a/page?x=1`
  return { ...(await fetchPage(pageRequest(url), settingsFor([url], settings))), origin: server.origin }
}

const failed = (failure: object) => ({ kind: 'failed', failure: expect.objectContaining(failure) })

describe('a page', () => {
  it('is fetched with the user agent, and its connection is used again', async () => {
    const asked: unknown[] = []
    const server = await serve(({ url, headers }, response) => {
      asked.push([url, headers['user-agent'], headers['accept-encoding'], headers.host])
      response.writeHead(200, { 'content-type': 'Text/HTML; Charset="Windows-1251"' }).end(TEXT)
    })
    const settings = settingsFor([server.origin])
    const paths = ['/a', '/b?c=%20d', '/c', '/d', '/e', '/f']
    for (const path of paths) {
      const page = await fetchPage(pageRequest(server.origin + path), settings)
      expect(page).toEqual({
        kind: 'page',
        url: server.origin + path,
        status: 200,
        charset: 'windows-1251',
        body: new TextEncoder().encode(TEXT),
        ms: expect.any(Number),
      })
    }
    const host = server.origin.slice('http://'.length)
    const agent = 'millrace-test/1.0 (+https://example.invalid)'
    expect(asked).toEqual(paths.map((path) => [path, agent, 'gzip, deflate, br', host]))
    // A pool opens a second one if the first is not free yet when its body has ended.
    expect(server.connections()).toBeLessThanOrEqual(2)
  })

  it.each([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP', Buffer.concat([gzipSync(TEXT.slice(0, 50)), gzipSync(TEXT.slice(50))])],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['identity', TEXT],
    ['', TEXT],
  ])('is decompressed: %s', async (encoding, body) => {
    const page = await answered(200, { ...HTML, 'content-encoding': encoding }, body)
    expect(page).toMatchObject({ kind: 'page', body: new TextEncoder().encode(TEXT) })
  })

  it.each([['gzip'], ['deflate'], ['br'], ['identity']])('may be empty: %s', async (encoding) => {
    const page = await answered(200, { ...HTML, 'content-encoding': encoding })
    expect(page).toMatchObject({ kind: 'page', body: new Uint8Array() })
  })

  it('has its bytes in memory of its own', async () => {
    const page = await answered(200, HTML, 'few')
    expect(page.kind === 'page' && page.body.buffer.byteLength).toBe(3)
  })

  it('may be as large as the limit, and no larger', async () => {
    const limit = { maxBytes: TEXT.length }
    expect(await answered(200, HTML, TEXT, limit)).toMatchObject({ kind: 'page' })
    const tooLarge = failed({ class: 'too-large', mayPass: false })
    expect(await answered(200, HTML, `${TEXT}.`, limit)).toMatchObject(tooLarge)
    const chunked = { ...HTML, 'transfer-encoding': 'chunked' }
    expect(await answered(200, chunked, `${TEXT}.`, limit)).toMatchObject(tooLarge)
    const zipped = { ...HTML, 'content-encoding': 'gzip' }
    expect(await answered(200, zipped, gzipSync(TEXT), limit)).toMatchObject({ kind: 'page' })
    expect(await answered(200, zipped, gzipSync(`${TEXT}.`), limit)).toMatchObject(tooLarge)
  })

  it.each([
    ['application/xhtml+xml; charset=utf-8', 'utf-8'],
    ['text/html;charset=Shift_JIS;x=y', 'shift_jis'],
    ["text/html; x; charset='koi8-r'", 'koi8-r'],
    ['text/html; charset=', undefined],
    ['text/html', undefined],
  ])('may be of type %s', async (type, charset) => {
    expect(await answered(200, { 'content-type': type }, TEXT)).toMatchObject({ kind: 'page', charset })
  })

  it.each([
    ['image/png'],
    ['application/pdf'],
    ['text/plain'],
    ['text/htmlx'],
    ['application/json; x=text/html'],
  ])('of type %s is not read', async (type) => {
    const page = await answered(200, { 'content-type': type }, TEXT)
    expect(page).toMatchObject(failed({ class: 'not-html', message: type.split(';')[0], mayPass: false }))
  })

  it('without a type is not read', async () => {
    expect(await answered(200, {}, TEXT)).toMatchObject(
      failed({ class: 'not-html', message: 'no content type' }),
    )
  })

  it('that is not read leaves no open connection', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' }).write('endless')
    })
    const page = await fetchPage(pageRequest(server.origin), settingsFor([server.origin]))
    expect(page).toMatchObject(failed({ class: 'not-html' }))
    await until('the connection is closed', () => server.open() === 0)
  })
})

describe('a redirect', () => {
  it.each([
    [301, '/b', '/b'],
    [302, '../c#d', '/c#d'],
    [303, '?y', '/a/page?y'],
    [307, '//elsewhere.invalid:80/', 'http://elsewhere.invalid/'],
    [308, 'https://elsewhere.invalid', 'https://elsewhere.invalid/'],
  ])('of status %i to %s is not followed', async (status, location, to) => {
    const { origin, ...fetched } = await answered(status, { location }, 'moved')
    const target = to.startsWith('/') ? origin + to : to
    expect(fetched).toEqual({ kind: 'redirect', url: `${origin}/a/page?x=1`, status, to: target })
  })

  it.each([
    [301, {}, 'bad-response', 'a redirect without Location'],
    [302, { location: 'http://[' }, 'bad-response', 'a redirect whose Location is no URL'],
    [
      302,
      { location: 'javascript:alert(1)' },
      'redirects',
      'a redirect to javascript:, which is not fetched',
    ],
    [302, { location: 'file:///etc/hosts' }, 'redirects', 'a redirect to file:, which is not fetched'],
    [304, {}, 'bad-response', 'status 304'],
    [300, {}, 'bad-response', 'status 300'],
  ])('of status %i with %j is a failure', async (status, headers, failureClass, message) => {
    const fetched = await answered(status, headers)
    expect(fetched).toMatchObject(failed({ class: failureClass, message, mayPass: false }))
  })
})

describe('a status', () => {
  const later = { 'retry-after': '7' }
  it.each([
    [400, {}, { class: 'client-error', mayPass: false }],
    [404, {}, { class: 'client-error', mayPass: false }],
    [404, later, { class: 'client-error', mayPass: false }],
    [408, {}, { class: 'client-error', mayPass: true }],
    [410, {}, { class: 'client-error', mayPass: false }],
    [425, {}, { class: 'client-error', mayPass: true }],
    [429, {}, { class: 'throttled', mayPass: true }],
    [429, later, { class: 'throttled', mayPass: true, retryAfterMs: 7000 }],
    [429, { 'retry-after': '0' }, { class: 'throttled', mayPass: true }],
    [429, { 'retry-after': '999999' }, { class: 'throttled', mayPass: true, retryAfterMs: 120_000 }],
    [500, {}, { class: 'server-error', mayPass: true }],
    [501, {}, { class: 'server-error', mayPass: false }],
    [502, later, { class: 'server-error', mayPass: true, retryAfterMs: 7000 }],
    [503, {}, { class: 'server-error', mayPass: true }],
    [503, later, { class: 'throttled', mayPass: true, retryAfterMs: 7000 }],
    [503, { 'retry-after': '0' }, { class: 'server-error', mayPass: true }],
    [599, {}, { class: 'server-error', mayPass: true }],
    [999, {}, { class: 'bad-response', mayPass: false }],
  ])('%i with %j is %j', async (status, headers, failure) => {
    const fetched = await answered(status, { ...HTML, ...headers }, 'an error page')
    const message = `status ${status}`
    expect(fetched).toMatchObject({ kind: 'failed' })
    expect('failure' in fetched && fetched.failure).toEqual({ ...failure, message, status })
  })

  it('that is a failure keeps the connection for the next request', async () => {
    const server = await serve((_, response) => {
      response.writeHead(500, { ...HTML, 'content-length': 13 }).flushHeaders()
      // The body comes after the headers were read.
      setTimeout(() => response.end('an error page'), 20)
    })
    const settings = settingsFor([server.origin])
    for (const path of ['/a', '/b', '/c', '/d', '/e']) {
      await fetchPage(pageRequest(server.origin + path), settings)
    }
    expect(server.connections()).toBeLessThanOrEqual(2)
  })
})

describe('a body that cannot be decompressed', () => {
  it.each([
    ['gzip', 'not gzip', 'bad-response', false],
    ['br', 'not brotli', 'bad-response', false],
    ['deflate', 'not deflate', 'bad-response', false],
    ['gzip', gzipSync(TEXT).subarray(0, 30), 'connection', true],
    ['zstd', TEXT, 'bad-response', false],
    ['gzip, gzip, gzip', TEXT, 'bad-response', false],
  ])('is a failure: %s', async (encoding, body, failureClass, mayPass) => {
    const fetched = await answered(200, { ...HTML, 'content-encoding': encoding }, body)
    expect(fetched).toMatchObject(failed({ class: failureClass, mayPass }))
  })
})
