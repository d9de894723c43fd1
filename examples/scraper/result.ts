/** The result for a URL once the scraper is done with it: a line of the NDJSON file. */
import type { FailureClass } from './outcome.ts'

interface Common {
  readonly url: string
  /** Links from a seed to it, when it was asked for. */
  readonly depth: number
  /** Redirects that led to it. */
  readonly hops: number
  /** Requests that were sent for it. */
  readonly attempts: number
}

export interface PageResult extends Common {
  readonly kind: 'page'
  readonly status: number
  readonly bytes: number
  readonly ms: number
  readonly title: string
  readonly textLength: number
  readonly charset: string
  readonly links: readonly string[]
}

export interface RedirectResult extends Common {
  readonly kind: 'redirect'
  readonly status: number
  readonly to: string
}

/** One attempt that failed. */
export interface Attempt {
  readonly class: FailureClass
  readonly message: string
  /** ms since the run began. */
  readonly atMs: number
}

/** A dead letter: it will not pass, or did not in all its attempts. */
export interface FailedResult extends Common {
  readonly kind: 'failed'
  readonly class: FailureClass
  readonly message: string
  readonly status?: number
  /** All attempts that failed, the last one too. */
  readonly history: readonly Attempt[]
}

export type Result = PageResult | RedirectResult | FailedResult
