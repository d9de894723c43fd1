import type { OpenSource } from '../../flow.ts'

/** A source whose closing may take any time. */
export interface BareSource extends OpenSource {
  /** Says, after "the run has ended, and", how the closing is not over. */
  readonly left: string
}

/** The source is asked for its values one at a time, and answers by promises. */
export interface Pull {
  readonly left: string
  next(): PromiseLike<IteratorResult<unknown>>
  /** The last answer was the end, or an error. */
  over(): void
  /** Nothing more is asked for. An answer may be under way. */
  end(reason: unknown): unknown
}
