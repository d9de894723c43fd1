import type { OpenSink } from '../../flow.ts'

/** A sink whose abort may take any time. */
export interface BareSink extends OpenSink {
  /** Says, after "the run has ended, and", how the abort is not over. */
  readonly left: string
}

export interface SinkOptions {
  /** The sink is ended when all is written. */
  readonly end: boolean
}
