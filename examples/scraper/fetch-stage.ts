/** The stage that waits for the network. */
import type { Agent } from 'undici'
import { type KeyedRateLimiter, type ThreadContext, threaded } from '../../src/index.ts'
import { type FetchLimits, fetchPage, newAgent } from './fetch.ts'
import type { PageRequest, Step } from './outcome.ts'

export interface FetchArgs {
  readonly limiter: KeyedRateLimiter
  readonly limits: FetchLimits
  /** Their hosts may have private addresses. */
  readonly seeds: readonly string[]
  readonly connectMs: number
  /** The longest time for which a host is left alone. */
  readonly maxQuietMs: number
  /** The same, if it says that it is overloaded and not for how long. */
  readonly quietMs: number
}

let agent: Agent

/** Before the first request of a thread. */
export function openAgent({ seeds, connectMs }: FetchArgs): void {
  agent = newAgent({ seeds, connectMs })
}

/** After the last one. */
export async function closeAgent(): Promise<void> {
  await agent.destroy()
}

/** Sends one request. The stage calls it when the host's turn has come; many calls are under way at once. */
export const fetchOne = threaded(
  import.meta,
  async (request: PageRequest, { args, signal }: ThreadContext<FetchArgs>): Promise<Step> => {
    const { limiter, limits, quietMs, maxQuietMs } = args
    const fetched = await fetchPage(request, { ...limits, agent, signal })
    if (fetched.kind === 'failed' && fetched.failure.class === 'throttled') {
      // The whole host is left alone, and not this page only.
      const ms = fetched.failure.retryAfterMs ?? quietMs
      limiter.penalize(request.host, Math.min(ms, maxQuietMs))
    }
    return { request, fetched }
  },
)
