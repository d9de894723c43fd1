/** The classes of errors and of statuses. */
import { errors } from 'undici'
import type { Failure, FailureClass } from './outcome.ts'
import { retryAfterMs } from './retry-after.ts'

/** A response that is read no further, and its class. */
export class ResponseError extends Error {
  readonly class: FailureClass
  readonly mayPass: boolean

  constructor(failureClass: FailureClass, message: string, mayPass = false) {
    super(message)
    this.class = failureClass
    this.mayPass = mayPass
  }
}

const TIMEOUTS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no response in time',
  UND_ERR_BODY_TIMEOUT: 'the response stopped coming',
  ETIMEDOUT: 'no connection in time',
}

/** Codes of connections that failed or broke. */
const BROKEN = /^(?:ECONN\w+|E(?:HOST|NET)(?:UNREACH|DOWN)|EADDRNOTAVAIL|EPIPE|EMFILE|ENFILE|UND_ERR_SOCKET)$/
const TLS = /^(?:ERR_(?:TLS|SSL)_|CERT_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/
const DNS = /^(?:ENOTFOUND|ENODATA|EAI_\w+)$/

/** The agent was closed too early: no page is to blame. */
const CLOSED = /^UND_ERR_(?:CLOSED|DESTROYED)$/

/** Errors that say that the response ended too early. They are a broken connection's. */
const CUT_SHORT = /^(?:UND_ERR_RES_CONTENT_LENGTH_MISMATCH|Z_BUF_ERROR)$/

/**
 * The failure that an error of a request is.
 * @throws the error itself if it is no error of the network: then the program is wrong
 */
export function failureOfError(error: unknown): Failure {
  if (error instanceof ResponseError) {
    return { class: error.class, message: error.message, mayPass: error.mayPass }
  }
  const code = codeOf(error)
  if (code === undefined || CLOSED.test(code)) throw error
  const message = `${oneLine((error as Error).message) || 'failed'} (${code})`
  const failed = (failureClass: FailureClass, mayPass: boolean): Failure => ({
    class: failureClass,
    message,
    mayPass,
  })
  if (code === 'ERR_REFUSED_ADDRESS') {
    return { class: 'refused-address', message: (error as Error).message, mayPass: false }
  }
  // A resolver's time-out has its own syscall and is none of the server's.
  if (DNS.test(code) || isOfResolver(error)) return failed('dns', code !== 'ENOTFOUND' && code !== 'ENODATA')
  const timeout = TIMEOUTS[code]
  if (timeout !== undefined) return { class: 'timeout', message: timeout, mayPass: true }
  if (BROKEN.test(code) || CUT_SHORT.test(code)) return failed('connection', true)
  if (TLS.test(code)) return failed('connection', false)
  return failed('bad-response', false)
}

/** The failure of a status that brings no page and is no redirect. */
export function failureOfStatus(
  status: number,
  retryAfter: string | readonly string[] | undefined,
  maxRetryAfterMs: number,
): Failure {
  const wait = retryAfterMs(retryAfter, maxRetryAfterMs)
  const failed = (failureClass: FailureClass, mayPass: boolean): Failure => ({
    class: failureClass,
    message: `status ${status}`,
    status,
    mayPass,
    ...(mayPass && wait !== undefined ? { retryAfterMs: wait } : {}),
  })
  if (status === 429 || (status === 503 && wait !== undefined)) return failed('throttled', true)
  // Request timeout, and too early: the same request may succeed.
  if (status >= 400 && status < 500) return failed('client-error', status === 408 || status === 425)
  // Not implemented, version not supported, and network login: they stay.
  if (status >= 500 && status < 600) return failed('server-error', ![501, 505, 511].includes(status))
  return failed('bad-response', false)
}

/** The code of an error; that of the first address if several were tried. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string') return code
  if (error instanceof errors.HTTPParserError) return error.name
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined
}

const isOfResolver = (error: unknown): boolean =>
  /^(?:getaddrinfo|query)/.test((error as NodeJS.ErrnoException).syscall ?? '')

/** Messages may hold what a server sent. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200)
