/** The connections of a scraper. */
import { Agent, buildConnector } from 'undici'
import { checkLiteral, hostWithPort, lookupWith, type Resolve, systemResolve } from './addresses.ts'

export interface AgentOptions {
  /** URLs whose hosts, with their ports, may have any address. */
  readonly seeds: readonly string[]
  /** The most time from the look-up of a name to the connection, TLS included. */
  readonly connectMs?: number
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve
}

/**
 * Connections to public addresses, and to the hosts of the seeds. Proxies of the environment are not used: a
 * proxy would connect in place of the check. `close()` waits for requests under way; `destroy()` does not.
 */
export function newAgent({ seeds, connectMs = 10_000, resolve = systemResolve }: AgentOptions): Agent {
  const trusted = new Set(seeds.map((seed) => hostWithPort(new URL(seed))))
  const toAny = buildConnector({ timeout: connectMs, lookup: lookupWith(resolve, false) })
  const toPublic = buildConnector({ timeout: connectMs, lookup: lookupWith(resolve, true) })
  return new Agent({
    // No request waits behind another's on a connection.
    pipelining: 1,
    keepAliveMaxTimeout: 10_000,
    connect: (options, callback) => {
      if (trusted.has(hostWithPort(options))) return toAny(options, callback)
      try {
        // `net.connect` looks no literal address up.
        checkLiteral(options.hostname)
      } catch (error) {
        process.nextTick(callback, error, null)
        return
      }
      return toPublic(options, callback)
    },
  })
}
