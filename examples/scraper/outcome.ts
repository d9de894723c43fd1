/** A page that is to be fetched. Structured-cloneable: it goes to a thread. */
export interface PageRequest {
  /** Normalised, http: or https:. */
  readonly url: string
  /** The key of its limits: the URL's host with its port. */
  readonly host: string
  /** Links from a seed to this page. */
  readonly depth: number
  /** The number of this fetch, from 1. */
  readonly attempt: number
  /** Redirects that led here. */
  readonly hops: number
}

/** The classes of failures, in the order of the report. */
export const FAILURE_CLASSES = [
  'robots',
  'refused-address',
  'dns',
  'connection',
  'timeout',
  'throttled',
  'client-error',
  'server-error',
  'too-large',
  'not-html',
  'redirects',
  'bad-response',
  'parse',
  'thread',
] as const
export type FailureClass = (typeof FAILURE_CLASSES)[number]

export interface Failure {
  readonly class: FailureClass
  /** One line for people. */
  readonly message: string
  readonly status?: number
  /** A later attempt may succeed. */
  readonly mayPass: boolean
  /** From Retry-After, in ms; absent if the header is absent or 0. */
  readonly retryAfterMs?: number
}

/** One request's result. A redirect is followed by a request of its own, with its own place in the limits. */
export type Fetched =
  | {
      readonly kind: 'page'
      readonly url: string
      readonly status: number
      /** The charset of the Content-Type header, if it names one. */
      readonly charset: string | undefined
      readonly body: Uint8Array
      readonly ms: number
    }
  | { readonly kind: 'redirect'; readonly url: string; readonly status: number; readonly to: string }
  | { readonly kind: 'failed'; readonly url: string; readonly failure: Failure }

/** A parsed page. */
export interface Page {
  readonly title: string
  /** Absolute, normalised, without duplicates; http: and https: only. */
  readonly links: readonly string[]
  /** Characters of the visible text. */
  readonly textLength: number
  readonly charset: string
}

/** One request's result after parsing: what the stages give back for it. The body stays in the threads. */
export type Outcome =
  | {
      readonly kind: 'page'
      readonly status: number
      readonly bytes: number
      readonly ms: number
      readonly page: Page
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly to: string }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** A request with what came of it: the parsing stage needs the URL, and the frontier the rest. */
export interface Step {
  readonly request: PageRequest
  readonly fetched: Fetched
}
