import type { LookupAddress } from 'node:dns'
import net from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hostWithPort, lookupWith, type Resolve, refusedRange } from '../../../examples/scraper/addresses.ts'
import { fetchPage } from '../../../examples/scraper/fetch.ts'
import { closeAll, pageRequest, serve, settingsFor } from './servers.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await closeAll()
})

const addresses = (...list: string[]): LookupAddress[] =>
  list.map((address) => ({ address, family: net.isIP(address) }))

const answering =
  (...list: string[]): Resolve =>
  async () =>
    addresses(...list)

function lookup(resolve: Resolve, options: { all?: boolean; family?: number }, isPublicOnly = true) {
  return new Promise((settle, reject) => {
    lookupWith(resolve, isPublicOnly)('name.test', options, (error, address, family) => {
      if (error) reject(error)
      else settle(options.all ? address : { address, family })
    })
  })
}

describe('an address', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'linkLocal'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.1', 'reserved'],
    ['192.168.0.1', 'private'],
    ['198.18.0.1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['::7f00:1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'linkLocal'],
    ['::ffff:0:7f00:1', 'rfc6145'],
    ['64:ff9b::7f00:1', 'rfc6052'],
    ['2002:7f00:1::', '6to4'],
    ['2001::1', 'teredo'],
    ['2001:db8::1', 'reserved'],
    ['fc00::1', 'uniqueLocal'],
    ['fd12:3456::1', 'uniqueLocal'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['ff02::1', 'multicast'],
    ['4000::1', 'reserved'],
    ['127.1', 'not an address'],
    ['', 'not an address'],
    ['localhost', 'not an address'],
  ])('%s is refused: %s', (address, range) => {
    expect(refusedRange(address)).toBe(range)
  })

  it.each([['8.8.8.8'], ['172.32.0.1'], ['100.128.0.1'], ['::ffff:8.8.8.8'], ['2606:4700::1111']])(
    '%s is public',
    (address) => {
      expect(refusedRange(address)).toBeUndefined()
    },
  )
})

describe('a look-up', () => {
  it('gives the public ones of the addresses, asked once', async () => {
    const resolve = vi.fn(answering('10.0.0.1', '8.8.8.8', '::1', '2606:4700::1'))
    expect(await lookup(resolve, { all: true })).toEqual(addresses('8.8.8.8', '2606:4700::1'))
    expect(resolve).toHaveBeenCalledTimes(1)
  })

  it('gives one address to a socket that takes one', async () => {
    const resolve = vi.fn(answering('8.8.8.8', '2606:4700::1'))
    expect(await lookup(resolve, { all: false, family: 4 })).toEqual({ address: '8.8.8.8', family: 4 })
    expect(resolve).toHaveBeenCalledWith('name.test', { family: 4 })
  })

  it.each([[['10.0.0.1', '::1']], [['::ffff:192.168.1.1']], [[]]])('refuses %j', async (list) => {
    await expect(lookup(answering(...list), { all: true })).rejects.toMatchObject({
      code: 'ERR_REFUSED_ADDRESS',
      message: expect.stringContaining('name.test is refused'),
    })
  })

  it('passes any address of a seed', async () => {
    expect(await lookup(answering('10.0.0.1'), { all: true }, false)).toEqual(addresses('10.0.0.1'))
  })

  it('passes the error of the resolver on', async () => {
    const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    await expect(lookup(() => Promise.reject(error), { all: true })).rejects.toBe(error)
  })
})

describe('the host of a seed', () => {
  it.each([
    ['http://Example.com/a', 'http://example.com:80/b', true],
    ['https://example.com', 'https://example.com:443', true],
    ['http://example.com', 'https://example.com', false],
    ['http://example.com', 'http://example.com:8080', false],
    ['http://[::1]:80', 'http://[0:0::1]', true],
    ['http://127.1', 'http://2130706433', true],
    ['http://localhost', 'http://127.0.0.1', false],
  ])('%s and %s: the same is %s', (one, other, isSame) => {
    expect(hostWithPort(new URL(one)) === hostWithPort(new URL(other))).toBe(isSame)
  })
})

describe('a page at an address that is not public', () => {
  const refused = (url: string) => ({
    kind: 'failed',
    url,
    failure: { class: 'refused-address', mayPass: false, message: expect.stringContaining('refused') },
  })

  it.each([
    ['http://127.0.0.1:1/'],
    ['http://2130706433:1/'],
    ['http://0x7f.1:1/'],
    ['http://[::1]:1/'],
    ['http://[::ffff:127.0.0.1]:1/'],
    ['https://10.0.0.1/'],
    ['http://169.254.169.254/latest/meta-data/'],
    ['ftp://127.0.0.1/'],
    ['file:///etc/hosts'],
  ])('is refused at %s, without a socket', async (url) => {
    const connect = vi.spyOn(net, 'connect')
    expect(await fetchPage(pageRequest(url), settingsFor([]))).toEqual(refused(url))
    expect(connect).not.toHaveBeenCalled()
  })

  it('is refused by its name, and no connection is tried', async () => {
    const server = await serve((_, response) => response.end())
    const settings = settingsFor([`http://seed.test:${server.port}`], { resolve: answering('127.0.0.1') })
    const url = `http://inside.test:${server.port}/`
    expect(await fetchPage(pageRequest(url), settings)).toEqual(refused(url))
    expect(server.connections()).toBe(0)
  })

  it('is refused on another port of a seed', async () => {
    const [seed, other] = [await serve((_, response) => response.end()), await serve((_, r) => r.end())]
    const url = `${other.origin}/`
    expect(await fetchPage(pageRequest(url), settingsFor([seed.origin]))).toEqual(refused(url))
    expect(other.connections()).toBe(0)
  })

  it('is fetched if its host is a seed, by name and by address', async () => {
    const server = await serve((request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(request.headers.host)
    })
    const named = `http://seed.test:${server.port}`
    const settings = settingsFor([named, server.origin], { resolve: answering('127.0.0.1') })
    for (const origin of [named, server.origin]) {
      const fetched = await fetchPage(pageRequest(`${origin}/a`), settings)
      expect(fetched).toMatchObject({ kind: 'page', body: new TextEncoder().encode(new URL(origin).host) })
    }
  })

  it('is refused when a name that was public is looked up again', async () => {
    const answers = [addresses('8.8.8.8'), addresses('127.0.0.1')]
    const resolve: Resolve = async () => answers.shift() ?? []
    const first = await lookup(resolve, { all: true })
    expect(first).toEqual(addresses('8.8.8.8'))
    await expect(lookup(resolve, { all: true })).rejects.toThrow('127.0.0.1 (loopback)')
  })

  it('is refused although the environment names a proxy, which is not asked', async () => {
    const proxy = await serve((_, response) => response.end())
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
      vi.stubEnv(name, proxy.origin)
    }
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    for (const url of ['http://10.0.0.1/', 'https://192.168.0.1/', 'http://inside.test/']) {
      const settings = settingsFor([], { resolve: answering('10.0.0.1') })
      expect(await fetchPage(pageRequest(url), settings)).toEqual(refused(url))
    }
    expect(proxy.connections()).toBe(0)
  })
})
