import { execFile } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startSite } from '../../../examples/site/server.ts'
import type { Job, Report } from './fixtures/fetch-all.ts'
import { closeAll, serve } from './servers.ts'

afterEach(closeAll)

const CHILD = fileURLToPath(new URL('fixtures/fetch-all.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const MB = 1_000_000

/** Fetches in a process of its own, which has to end by itself. */
async function fetchAll(urls: string[], job: Partial<Job> = {}): Promise<Report> {
  const whole: Job = { limits: {}, silent: [], maxHops: 0, close: true, ...job, urls }
  const args = ['--import', 'tsx', CHILD, JSON.stringify(whole)]
  const options = { cwd: ROOT, timeout: 50_000, killSignal: 'SIGKILL' as const }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options)
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

/** The memory of a process that fetches one small page. */
let baseMb: number
beforeAll(async () => {
  const server = await serve((_, response) => html(response).end())
  baseMb = (await fetchAll([server.origin])).maxRssMb
  await closeAll()
})

const html = (response: ServerResponse, headers = {}) =>
  response.writeHead(200, { 'content-type': 'text/html', ...headers })

describe('memory', () => {
  it('is bounded whatever the size of a page: endless ones and bombs are cut off', async () => {
    const zeros = Buffer.alloc(200 * MB)
    const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
    const bombs: Record<string, [string, Buffer]> = {
      '/gzip': ['gzip', gzipSync(zeros, { level: 1 })],
      '/deflate': ['deflate', deflateSync(zeros, { level: 1 })],
      '/br': ['br', brotliCompressSync(zeros, fast)],
      '/twice': ['gzip, gzip', gzipSync(gzipSync(zeros, { level: 1 }))],
      // Members of gzip that hold nothing: the output of the first decompression is what is too large.
      '/inside': ['gzip, gzip', gzipSync(Buffer.alloc(20 * MB, gzipSync('')))],
    }
    const server = await serve(({ url = '' }, response) => {
      const bomb = bombs[url]
      if (bomb !== undefined) html(response, { 'content-encoding': bomb[0] }).end(bomb[1])
      else {
        html(response)
        const more = () => {
          while (response.write(zeros.subarray(0, 64 * 1024)));
        }
        response.on('drain', more)
        more()
      }
    })
    const paths = [...Object.keys(bombs), '/endless']
    const limits = { maxBytes: 2 * MB }
    const { outcomes, maxRssMb } = await fetchAll(
      paths.map((path) => server.origin + path),
      { limits },
    )
    expect(outcomes).toEqual(paths.map((path) => `too-large ${path}`))
    expect(maxRssMb).toBeLessThan(baseMb + 80)
  })

  it('is bounded by the size of a page of 10 MB of <div>', async () => {
    const divs = Buffer.alloc(10 * MB, '<div>')
    const server = await serve((_, response) => {
      html(response, { 'content-encoding': 'gzip' }).end(gzipSync(divs))
    })
    const { outcomes, maxRssMb } = await fetchAll([server.origin], { limits: { maxBytes: 10 * MB } })
    expect(outcomes).toEqual(['page 10000000 /'])
    expect(maxRssMb).toBeLessThan(baseMb + 80)
  })

  it('is bounded in 5,000 redirects', async () => {
    let requests = 0
    const server = await serve(({ url = '' }, response) => {
      requests++
      response.writeHead(302, { location: `/${Number(url.slice(1)) + 1}` }).end('moved')
    })
    const { outcomes, maxRssMb } = await fetchAll([`${server.origin}/0`], { maxHops: 5000 })
    expect(outcomes).toEqual(['redirect /5000'])
    expect(requests).toBe(5001)
    expect(server.connections()).toBeLessThanOrEqual(2)
    expect(maxRssMb).toBeLessThan(baseMb + 80)
  })
})

describe('a process that fetches', () => {
  it('ends by itself after each kind of failure, its agent closed or not', async () => {
    const site = await startSite({ pages: 1 })
    const expected = [...site.expected({ maxDepth: 2 }).values()]
    const bad = expected.filter(({ url, attempts }) => attempts === 1 && !url.includes('/chain/'))
    for (const close of [true, false]) {
      const { outcomes } = await fetchAll(
        bad.map(({ url }) => url),
        { limits: { maxBytes: 2 * MB }, silent: [`${site.origin}/bad/silent`], close },
      )
      expect(outcomes.map((outcome) => outcome.replace(/ \d+ /, ' '))).toEqual(
        bad.map(({ outcome, url }) => `${outcome} ${new URL(url).pathname}`),
      )
    }
    await site.close()
  })
})
