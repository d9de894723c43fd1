/**
 * The addresses that a scraper may connect to. A page that strangers wrote may name, or redirect to, a server
 * of the network that the scraper runs in. The check is at the connect: it sees the address that is connected
 * to, whatever the name resolved to before, and every redirect passes through it.
 */
import { type LookupAddress, promises } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An address outside the public network, or a URL that is neither http: nor https:. */
export class RefusedAddressError extends Error {
  readonly code = 'ERR_REFUSED_ADDRESS'
}

export interface ResolveOptions {
  readonly family?: number
  readonly hints?: number
}

/** All addresses of a name. */
export type Resolve = (name: string, options: ResolveOptions) => Promise<readonly LookupAddress[]>

export const systemResolve: Resolve = (name, options) => promises.lookup(name, { ...options, all: true })

/** The network from which global IPv6 addresses are given. The rest, as ::127.0.0.1, is refused. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Names the range for which the address is refused; undefined if the address is public. */
export function refusedRange(address: string): string | undefined {
  if (isIP(address) === 0) return 'not an address'
  // An IPv4 address that is mapped into IPv6 is judged as the IPv4 address.
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  if (range !== 'unicast') return range
  return parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_IPV6) ? 'reserved' : undefined
}

/** The host of a URL with its port, 80 and 443 too. */
export function hostWithPort({ hostname, port, protocol }: HostParts): string {
  const name = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return `${name.toLowerCase()} ${port || (protocol === 'https:' ? '443' : '80')}`
}

interface HostParts {
  readonly hostname: string
  readonly port?: string | null
  readonly protocol?: string | null
}

/** @throws RefusedAddressError if the URL is neither http: nor https: */
export function checkProtocol(url: URL): void {
  if (url.protocol === 'http:' || url.protocol === 'https:') return
  throw new RefusedAddressError(`${url.protocol} is refused: only http: and https: are fetched`)
}

/** @throws RefusedAddressError if `host` is an address, not a name, and is not public */
export function checkLiteral(host: string): void {
  const range = isIP(host) === 0 ? undefined : refusedRange(host)
  if (range !== undefined) throw new RefusedAddressError(`${host} is refused: ${range}`)
}

/**
 * A `lookup` for `net.connect`. The socket connects to one of the addresses that it gives, and asks no
 * resolver again. With `isPublicOnly` only public addresses are given, and a name that has none is refused.
 */
export function lookupWith(resolve: Resolve, isPublicOnly: boolean): LookupFunction {
  return (name, { family, hints, all }, callback) => {
    const asked: ResolveOptions = {
      ...(family === undefined ? {} : { family: family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family }),
      ...(hints === undefined ? {} : { hints }),
    }
    resolve(name, asked)
      .then((addresses) => (isPublicOnly ? publicOf(name, addresses) : addresses))
      .then(
        (addresses) => {
          const [first] = addresses
          if (all) callback(null, [...addresses])
          else callback(null, first?.address ?? '', first?.family)
        },
        (error) => callback(error, all ? [] : ''),
      )
  }
}

function publicOf(name: string, addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const allowed = addresses.filter(({ address }) => refusedRange(address) === undefined)
  if (allowed.length > 0) return allowed
  const refused = addresses.map(({ address }) => `${address} (${refusedRange(address)})`).join(', ')
  throw new RefusedAddressError(`${name} is refused: ${refused || 'no address'}`)
}
