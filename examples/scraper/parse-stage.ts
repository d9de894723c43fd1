/**
 * The stage that computes. It has a module of its own, since a thread loads all that the module of its
 * function imports: threads that parse need no HTTP client.
 */
import { threaded } from '../../src/index.ts'
import type { Outcome, Step } from './outcome.ts'
import { parsePage } from './parse.ts'

/** Parses one page. This keeps a core busy, so the stage has as many threads as there are cores. */
export const parseOne = threaded(import.meta, ({ fetched }: Step): Outcome => {
  if (fetched.kind === 'failed') return { kind: 'failed', failure: fetched.failure }
  if (fetched.kind === 'redirect') return { kind: 'redirect', status: fetched.status, to: fetched.to }
  const { url, status, ms, body, charset } = fetched
  try {
    const page = parsePage(body, charset, url)
    return { kind: 'page', status, bytes: body.length, ms: Math.round(ms), page }
  } catch (error) {
    return {
      kind: 'failed',
      failure: { class: 'parse', message: (error as Error).message, mayPass: false },
    }
  }
})
