/** One request and its response, with its deadlines. */
import { type Agent, type Dispatcher, request } from 'undici'
import { checkProtocol } from './addresses.ts'
import { ACCEPTED_ENCODINGS } from './body.ts'
import { failureOfError } from './failures.ts'
import type { Failure } from './outcome.ts'

/** Limits of a request. They are plain data, which may go to a thread. */
export interface FetchLimits {
  readonly userAgent: string
  /** Bytes of a body, before its decompression and after. */
  readonly maxBytes: number
  /** From the request to the response's headers. */
  readonly headersMs: number
  /** Between two pieces of the body. */
  readonly bodyMs: number
  /** For the whole, the connect too. */
  readonly totalMs: number
  /** A longer Retry-After counts as this. */
  readonly maxRetryAfterMs: number
}

export const DEFAULT_LIMITS: Omit<FetchLimits, 'userAgent'> = {
  maxBytes: 5_000_000,
  headersMs: 10_000,
  bodyMs: 10_000,
  totalMs: 30_000,
  maxRetryAfterMs: 120_000,
}

export interface FetchSettings extends FetchLimits {
  readonly agent: Agent
  /** Ends the request: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

export type Response = Dispatcher.ResponseData

/** A body of this size is read to its end though nobody needs it: its connection can then be used again. */
const SMALL_BYTES = 16_384

/** The most time for that. */
const SMALL_MS = 500

/**
 * Sends a GET request and gives the response to `read`. Redirects are not followed. Errors of the network are
 * returned as failures. The body, read or not, is not open any more when this returns.
 */
export async function exchange<T>(
  url: string,
  accept: string,
  settings: FetchSettings,
  read: (response: Response) => Promise<T> | T,
): Promise<T | { readonly failure: Failure }> {
  const { agent, signal, totalMs } = settings
  signal?.throwIfAborted()
  const controller = new AbortController()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    controller.abort()
  }, totalMs)
  const abort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  let response: Response | undefined
  try {
    checkProtocol(new URL(url))
    response = await request(url, {
      dispatcher: agent,
      headers: { accept, 'accept-encoding': ACCEPTED_ENCODINGS, 'user-agent': settings.userAgent },
      headersTimeout: settings.headersMs,
      bodyTimeout: settings.bodyMs,
      signal: controller.signal,
    })
    // The body breaks by itself when its connection does, whether or not it is being read.
    response.body.on('error', () => {})
    const result = await read(response)
    await leave(response, controller.signal)
    return result
  } catch (error) {
    signal?.throwIfAborted()
    if (!isLate) return { failure: failureOfError(error) }
    return { failure: { class: 'timeout', message: `not finished after ${totalMs} ms`, mayPass: true } }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    response?.body.destroy()
  }
}

/** Reads the rest of a small body, so that its connection is kept. */
async function leave({ body, headers }: Response, signal: AbortSignal): Promise<void> {
  if (body.readableEnded || !(Number(headers['content-length']) <= SMALL_BYTES)) return
  const timer = setTimeout(() => body.destroy(), SMALL_MS)
  await body.dump({ limit: SMALL_BYTES, signal }).catch(() => {})
  clearTimeout(timer)
}
