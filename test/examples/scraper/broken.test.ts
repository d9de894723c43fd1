import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Resolve } from '../../../examples/scraper/addresses.ts'
import { type FetchSettings, fetchPage } from '../../../examples/scraper/fetch.ts'
import { closeAll, pageRequest, serve, serveSockets, settingsFor, until } from './servers.ts'

afterEach(closeAll)

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n'

async function talked(talk: (socket: Socket) => void, settings: Partial<FetchSettings> = {}) {
  const server = await serveSockets(talk)
  const fetched = await fetchPage(pageRequest(server.origin), settingsFor([server.origin], settings))
  return { fetched, server }
}

const failed = (failureClass: string, mayPass: boolean, message?: string) => ({
  kind: 'failed',
  failure: {
    class: failureClass,
    mayPass,
    message: message === undefined ? expect.any(String) : expect.stringContaining(message),
  },
})

describe('a name', () => {
  const failing =
    (code: string, syscall = 'getaddrinfo'): Resolve =>
    () =>
      Promise.reject(Object.assign(new Error(`${syscall} ${code} gone.test`), { code, syscall }))

  it.each([
    ['ENOTFOUND', false],
    ['ENODATA', false],
    ['EAI_AGAIN', true],
    ['ESERVFAIL', true],
    ['ETIMEOUT', true],
    ['ETIMEDOUT', true],
  ])('that is not resolved, %s, may pass: %s', async (code, mayPass) => {
    const settings = settingsFor([], { resolve: failing(code) })
    const fetched = await fetchPage(pageRequest('http://gone.test/'), settings)
    expect(fetched).toMatchObject(failed('dns', mayPass, `${code} gone.test`))
  })

  it('that no resolver answers for ends by the deadline of the connect', async () => {
    const settings = settingsFor([], { resolve: () => new Promise(() => {}), connectMs: 50 })
    const fetched = await fetchPage(pageRequest('http://silent.test/'), settings)
    expect(fetched).toMatchObject(failed('timeout', true, 'no connection in time'))
  })
})

describe('a connection', () => {
  it('that is refused may pass', async () => {
    const { origin, close } = await serve((_, response) => response.end())
    await close()
    const fetched = await fetchPage(pageRequest(origin), settingsFor([origin]))
    expect(fetched).toMatchObject(failed('connection', true, 'ECONNREFUSED'))
  })

  it('that is refused by each of several addresses may pass', async () => {
    const { port, close } = await serve((_, response) => response.end())
    await close()
    const url = `http://several.test:${port}/`
    const resolve: Resolve = async () => ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
    const fetched = await fetchPage(pageRequest(url), settingsFor([url], { resolve }))
    expect(fetched).toMatchObject(failed('connection', true, 'ECONNREFUSED'))
  })

  it.each([
    ['before the response', ''],
    ['within the headers', HEAD],
    ['within the body', `${HEAD}Content-Length: 100\r\n\r\nhalf`],
    ['within a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n64\r\nhalf`],
  ])('that is reset or ends %s may pass', async (_, text) => {
    const reset = await talked((socket) => socket.write(text, () => socket.resetAndDestroy()))
    expect(reset.fetched).toMatchObject(failed('connection', true))
    const ended = await talked((socket) => socket.end(text))
    expect(ended.fetched).toMatchObject(failed('connection', true))
  })

  it('fails when a site dies half way, and later ones do', async () => {
    const server = await serve(({ url }, response) => {
      if (url === '/dies') void server.close()
      else response.writeHead(200, { 'content-type': 'text/html' }).end()
    })
    const settings = settingsFor([server.origin])
    const kinds: string[] = []
    for (const path of ['/a', '/b', '/dies', '/c', '/d']) {
      const fetched = await fetchPage(pageRequest(server.origin + path), settings)
      kinds.push(
        fetched.kind === 'failed' ? `${fetched.failure.class} ${fetched.failure.mayPass}` : fetched.kind,
      )
    }
    const lost = 'connection true'
    expect(kinds).toEqual(['page', 'page', lost, lost, lost])
  })

  it('fails for good if it is of TLS, to a server without it', async () => {
    const server = await serveSockets((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const url = server.origin.replace('http:', 'https:')
    const fetched = await fetchPage(pageRequest(url), settingsFor([url]))
    expect(fetched).toMatchObject(failed('connection', false))
  })
})

describe('an agent', () => {
  it('that is destroyed makes its requests reject: no page failed', async () => {
    const server = await serve(() => void settings.agent.destroy())
    const settings = settingsFor([server.origin])
    for (const code of ['UND_ERR_DESTROYED', 'UND_ERR_DESTROYED']) {
      await expect(fetchPage(pageRequest(server.origin), settings)).rejects.toMatchObject({ code })
    }
  })

  it('that is closed lets requests under way finish', async () => {
    const server = await serve((_, response) => {
      void settings.agent.close()
      response.writeHead(200, { 'content-type': 'text/html' }).end()
    })
    const settings = settingsFor([server.origin])
    expect(await fetchPage(pageRequest(server.origin), settings)).toMatchObject({ kind: 'page' })
    await expect(fetchPage(pageRequest(server.origin), settings)).rejects.toMatchObject({
      code: 'UND_ERR_CLOSED',
    })
    await until('the connection is closed', () => server.open() === 0)
  })
})

describe('a response that is not HTTP', () => {
  it.each([
    ['SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/1.1 abc OK\r\n\r\n'],
    ['HTTP/9.9 200 OK\r\n\r\n'],
    [`${HEAD}no colon\r\n\r\n`],
    [`${HEAD}Content-Length: -5\r\n\r\n`],
    [`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    [`${HEAD}X: ${'x'.repeat(100_000)}\r\n\r\n`],
    [`${HEAD}${'X: y\r\n'.repeat(10_000)}\r\n`],
    ['\0\0\0'],
  ])('is bad: %j', async (text) => {
    const { fetched } = await talked((socket) => socket.end(text))
    expect(fetched).toMatchObject(failed('bad-response', false))
  })

  it('has no message that breaks a line', async () => {
    const { fetched } = await talked((socket) => socket.end('HTTP/1.1 \x1b[2J\nabc\r\n\r\n'))
    expect('failure' in fetched && fetched.failure.message).toMatch(/^[^\p{Cc}]+$/u)
  })
})

describe('a deadline', () => {
  it.each([
    ['headersMs', '', 'no response in time'],
    ['totalMs', '', 'not finished after 100 ms'],
    ['bodyMs', `${HEAD}Content-Length: 100\r\n\r\nhalf`, 'the response stopped coming'],
    ['totalMs', `${HEAD}Content-Length: 100\r\n\r\nhalf`, 'not finished after 100 ms'],
  ])('is kept: %s after %j', async (name, text, message) => {
    const { fetched, server } = await talked((socket) => socket.write(text), { [name]: 100 })
    expect(fetched).toMatchObject(failed('timeout', true, message))
    await until('the connection is closed', () => server.open() === 0)
  })

  it.each([
    ['a body', `${HEAD}\r\n`, '.'],
    ['headers', HEAD, 'X: y\r\n'],
    ['interim responses', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('for the whole is kept when %s drip', async (_, text, drop) => {
    const { fetched } = await talked(
      (socket) => {
        socket.write(text)
        const timer = setInterval(() => socket.write(drop), 10)
        socket.on('close', () => clearInterval(timer))
      },
      { totalMs: 300 },
    )
    expect(fetched).toMatchObject(failed('timeout', true))
  })

  it('is not that of the small body of an error', async () => {
    const { fetched } = await talked((socket) =>
      socket.write('HTTP/1.1 404 No\r\nContent-Length: 100\r\n\r\nhalf'),
    )
    expect(fetched).toMatchObject({ kind: 'failed', failure: { class: 'client-error', status: 404 } })
  })

  it('is not waited for when the signal is aborted: the request rejects with the reason', async () => {
    for (const text of ['', `${HEAD}Content-Length: 100\r\n\r\nhalf`]) {
      const controller = new AbortController()
      const reason = new Error('enough')
      let requests = 0
      const server = await serveSockets((socket) => {
        requests++
        socket.write(text, () => controller.abort(reason))
      })
      const settings = settingsFor([server.origin], { signal: controller.signal })
      await expect(fetchPage(pageRequest(server.origin), settings)).rejects.toBe(reason)
      await until('the connection is closed', () => server.open() === 0)
      await expect(fetchPage(pageRequest(server.origin), settings)).rejects.toBe(reason)
      expect(requests).toBe(1)
    }
  })

  it('leaves no listener on the signal behind', async () => {
    const server = await serve((_, response) => response.writeHead(404).end())
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const { addEventListener: add, removeEventListener: remove } = signal
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove.apply(signal, args)
    }
    const settings = settingsFor([server.origin], { signal })
    for (let fetches = 0; fetches < 3; fetches++) await fetchPage(pageRequest(server.origin), settings)
    expect(listeners).toBe(0)
  })
})
