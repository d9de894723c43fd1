/** Small servers on 127.0.0.1 for tests of what talks HTTP. */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSocketServer, type Socket } from 'node:net'
import {
  type AgentOptions,
  DEFAULT_LIMITS,
  type FetchSettings,
  newAgent,
} from '../../../examples/scraper/fetch.ts'
import type { PageRequest } from '../../../examples/scraper/outcome.ts'

interface Listening {
  readonly origin: string
  readonly port: number
  /** Connections that there were. */
  connections(): number
  /** Connections that are open. */
  open(): number
  close(): Promise<void>
}

const closers: (() => Promise<unknown>)[] = []

/** For `afterEach`: closes what the test opened. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

/** A server of HTTP. */
export const serve = (listener: RequestListener): Promise<Listening> =>
  listen(createServer({ keepAliveTimeout: 60_000 }, listener))

/** A server that is handed each connection when its first bytes have come. */
export const serveSockets = (talk: (socket: Socket, request: string) => void): Promise<Listening> =>
  listen(
    createSocketServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (data) => talk(socket, data.toString('latin1')))
    }),
  )

function listen(server: ReturnType<typeof createSocketServer>): Promise<Listening> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  closers.push(close)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      resolve({
        origin: `http://127.0.0.1:${port}`,
        port,
        connections: () => connections,
        open: () => sockets.size,
        close,
      })
    })
  })
}

/** Settings whose deadlines are far away; the agent is destroyed after the test. */
export function settingsFor(
  seeds: readonly string[],
  { resolve, connectMs, ...limits }: Partial<FetchSettings> & Omit<AgentOptions, 'seeds'> = {},
): FetchSettings {
  const agent = newAgent({
    seeds,
    connectMs: connectMs ?? 20_000,
    ...(resolve === undefined ? {} : { resolve }),
  })
  closers.push(() => agent.destroy())
  return { ...DEFAULT_LIMITS, userAgent: 'millrace-test/1.0 (+https://example.invalid)', agent, ...limits }
}

export const pageRequest = (url: string): PageRequest => ({
  url,
  host: new URL(url).host,
  depth: 0,
  attempt: 1,
  hops: 0,
})

/** Waits until the condition holds. @throws after 10 s */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not in 10 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
