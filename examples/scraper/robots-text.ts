/**
 * The part of a robots.txt that concerns a user agent. A hostile file can make the parser keep each rule once
 * for each of thousands of agents, and compare wildcards for seconds: the text that this gives cannot.
 */

/** Bytes of patterns with wildcards that are compared as they are. Large sites have some 10 KB of them. */
const MAX_WILDCARD_LENGTH = 32_768

const RULES = new Set(['allow', 'disallow', 'crawl-delay'])

/** The rules for a product and those for `*`, each rule once. */
export function relevantText(text: string, product: string): string {
  const agents = ['*', product.toLowerCase()]
  const rules = new Map(agents.map((agent) => [agent, new Set<string>()]))
  let group = new Set<string>()
  let isInHeads = false
  for (const line of text.split(/\r\n|\r|\n/)) {
    const rule = line.split('#', 1)[0] as string
    const colon = rule.indexOf(':')
    if (colon < 0) continue
    const name = rule.slice(0, colon).trim().toLowerCase()
    const value = rule.slice(colon + 1).trim()
    if (name === 'user-agent') {
      if (!isInHeads) group = new Set()
      group.add((value.split('/')[0] as string).trim().toLowerCase())
    } else if (RULES.has(name)) {
      for (const agent of agents) {
        const known = rules.get(agent)
        if (!group.has(agent) || known === undefined) continue
        // Each rule is kept where it was last: the last crawl-delay counts.
        known.delete(`${name}: ${value}`)
        known.add(`${name}: ${value}`)
      }
    }
    if (name !== '') isInHeads = name === 'user-agent'
  }
  return [...rules]
    .filter(([, lines]) => lines.size > 0)
    .map(([agent, lines]) => [`user-agent: ${agent}`, ...withoutManyWildcards(lines)].join('\n'))
    .join('\n\n')
}

/**
 * Where there are too many wildcards, a Disallow is cut before its first one, and an Allow is left out. Less
 * is then allowed, never more.
 */
function* withoutManyWildcards(lines: Iterable<string>): Generator<string> {
  let length = 0
  for (const line of lines) {
    const first = line.indexOf('*')
    if (first >= 0) length += line.length
    if (first < 0 || length <= MAX_WILDCARD_LENGTH) yield line
    else if (line.startsWith('disallow')) yield `${line.slice(0, first)}*`
  }
}
