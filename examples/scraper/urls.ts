/** URLs as the scraper compares them: two texts of one page are one URL. */
import normalizeUrl from 'normalize-url'

/** The longest URL that is followed, in characters. */
export const MAX_URL_LENGTH = 2048

/**
 * The normalised form of a link: absolute, without fragment, credentials and parameters of campaigns
 * (`utm_…`), without default ports and dot segments. The order of its parameters and a slash at its end are
 * kept, since a server may tell them apart. Undefined for what is no http: or https: URL, or is too long.
 */
export function normalised(link: string, base?: string): string | undefined {
  if (link.length > 2 * MAX_URL_LENGTH) return undefined
  let url: URL
  try {
    url = new URL(link, base)
  } catch {
    return undefined
  }
  if (!isHttp(url) || url.hostname === '') return undefined
  url.hash = ''
  // normalize-url decodes the path once, which would turn %2541 into %41, another path.
  url.pathname = url.pathname.replaceAll('%25', '%2525')
  try {
    const text = normalizeUrl(url.href, {
      stripHash: true,
      stripWWW: false,
      removeTrailingSlash: false,
      removeSingleSlash: false,
      sortQueryParameters: false,
    })
    // The slash after a bare host is dropped there, if the last parameter went.
    const { href } = new URL(text)
    return href.length <= MAX_URL_LENGTH ? href : undefined
  } catch {
    return undefined
  }
}

/**
 * A seed as a user types it: `example.com/a` is `http://example.com/a`. One with a user name is refused, since
 * it would be asked for without; `mailto:a@example.com` is read as such a URL.
 */
export function seedUrl(text: string): string | undefined {
  const seed = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(seed)) return undefined
  const { username, password } = new URL(seed)
  return username === '' && password === '' ? normalised(seed) : undefined
}

export const originOf = (url: string): string => new URL(url).origin

/** The key of limits: the host, and its port unless that is the default one. */
export const hostOf = (url: string): string => new URL(url).host

/**
 * Whether a URL is of one of the origins, or of the same host over https: a site that sends its visitors
 * there is still the same site.
 */
export function isOfOrigins(url: string, origins: ReadonlySet<string>): boolean {
  const { origin, protocol, port, hostname } = new URL(url)
  if (origins.has(origin)) return true
  return protocol === 'https:' && port === '' && origins.has(`http://${hostname}`)
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}
