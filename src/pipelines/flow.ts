/**
 * How values pass through a pipeline, on the thread that runs it: each part reads from the one before it.
 * Reading never waits. A part that has nothing now says WAITING, and calls `wake` of the run once that has
 * changed.
 */

/** Nothing can be read now. */
export const WAITING: unique symbol = Symbol('waiting')
/** Nothing will be read any more. */
export const ENDED: unique symbol = Symbol('ended')

/** A value under way. */
export interface Entry {
  readonly value: unknown
  /** The index of its item in the source, from 0. */
  readonly index: number
  /** It is told once everything made of the item is accepted. Undefined until a stage has begun the item. */
  readonly origin: Origin | undefined
  /** The item has failed, and `value` is undefined. Stages pass it on as it is. */
  readonly failure: { readonly error: unknown } | undefined
}

export interface Reader {
  read(): Entry | typeof WAITING | typeof ENDED
}

/**
 * The delivery of an item, kept until everything that was made of it has been accepted. It begins with one
 * value, the item itself. `hold` adds a value that was made of it; `accept` takes one away. At 0 the delivery
 * is done. A delivery that is not done when the source is closed goes back.
 */
export interface Origin {
  hold(): void
  accept(): void
  /** A call of the item has begun: if the delivery goes back, it counts. */
  begin(): void
}

/** The parts of a pipeline see this of its run. */
export interface RunHooks {
  /** Something can be read or written that could not be before. May be called at any moment. */
  wake(): void
  /** Ends the run: it rejects with `error`. Later calls change nothing. */
  fail(error: unknown): void
  /** Aborted with the reason when the run ends early. */
  readonly signal: AbortSignal
}

/** The parts between source and sink see this of their run. */
export interface StageHooks extends RunHooks {
  /** `signal` has aborted, or is about to. A loop over items reads it faster than the signal. */
  readonly isEnding: boolean
  /** Counts `items` items of the source as done once everything made of them is accepted. */
  trace(items: number): Origin
}

/** A source that is being read. */
export interface OpenSource {
  /** One value at a time: the next is asked for only by the next call. @throws what the source throws */
  read(): { readonly value: unknown; readonly origin?: Origin } | typeof WAITING | typeof ENDED
  /** How many items there are in all; undefined while that is unknown. */
  readonly length: number | undefined
  /** The source gives no further item while so many of its items are not done; undefined: no limit. */
  readonly limit: number | undefined
  /**
   * The run ends early: resolves when the source is closed, after 5 s and a warning at the latest. The reason
   * is undefined if nothing has failed: a Readable is then destroyed without an error, as by `break`. To be
   * called after the end of the source, and after its error, too: items that are not done go back. @throws
   * what its `return` throws, or whatever else its closing does
   */
  close(reason: unknown): Promise<void>
}

/** The method of a source of this package that opens itself: it is read without a promise for each item. */
export const OPEN: unique symbol = Symbol('open')

/** A sink that is being written to. */
export interface OpenSink {
  /** Returns a promise if the next write must wait for it: the sink is full. @throws what the sink throws */
  write(value: unknown, index: number): Promise<void> | undefined
  /** All is written. Resolves when the sink has accepted it, and has ended if it is to end. */
  end(): Promise<void>
  /** The run ends early: nothing more is written. Resolves as `close` of a source. */
  abort(reason: unknown): Promise<void>
}
