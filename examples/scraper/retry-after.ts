const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d/

/**
 * The wait in ms that a Retry-After header asks for, at most `mostMs`. It is undefined if the header asks for
 * no wait: there is none, it is 0, it is a date that has passed, or it is malformed.
 */
export function retryAfterMs(
  header: string | readonly string[] | undefined,
  mostMs: number,
  now: number = Date.now(),
): number | undefined {
  const text = (typeof header === 'object' ? header[0] : header)?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : 0
  return wait > 0 ? Math.min(wait, mostMs) : undefined
}
