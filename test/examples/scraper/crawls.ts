/** Runs of the scraper, and what is expected of them. */
import { readFileSync } from 'node:fs'
import type { Result } from '../../../examples/scraper/result.ts'
import type { Outcome, Site } from '../../../examples/site/server.ts'

export const FAST = ['--rate', '200', '--per-host', '8', '--timeout', '2', '--threads', '2']

/** The lines of an NDJSON file, without the first one. */
export function resultsIn(file: string): Result[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind !== 'run')
}

export const outcomeOf = (result: Result): Outcome => (result.kind === 'failed' ? result.class : result.kind)

/** The results by path, so that those of two sites can be compared. */
export function byPath(results: readonly Result[], origin: string): Record<string, Result> {
  return Object.fromEntries(results.map((result) => [result.url.slice(origin.length), result]))
}

/**
 * Differences between the results and the plan of the site. One redirect of a loop fails, whichever is asked
 * for last.
 */
export function differences(results: readonly Result[], site: Site, maxDepth: number): string[] {
  const expected = site.expected({ maxDepth })
  const found = new Map<string, Result>()
  const wrong: string[] = []
  for (const result of results) {
    if (found.has(result.url)) wrong.push(`${result.url}: twice`)
    found.set(result.url, result)
  }
  for (const { url, outcome, loop, attempts, title, links } of expected.values()) {
    const result = found.get(url)
    if (result === undefined) {
      wrong.push(`${url}: not found`)
      continue
    }
    const is = outcomeOf(result)
    const isRight = loop !== undefined ? is === 'redirect' || is === 'redirects' : is === outcome
    if (!isRight) wrong.push(`${url}: ${is} instead of ${outcome}`)
    if (result.attempts < attempts) wrong.push(`${url}: ${result.attempts} attempts instead of ${attempts}`)
    if (result.kind !== 'page') continue
    if (result.title !== title) wrong.push(`${url}: title ${result.title} instead of ${title}`)
    if ([...result.links].sort().join() !== [...links].sort().join()) wrong.push(`${url}: other links`)
  }
  for (const name of new Set([...expected.values()].map(({ loop }) => loop))) {
    const outcomes = [...expected.values()]
      .filter(({ loop }) => loop !== undefined && loop === name)
      .flatMap(({ url }) => found.get(url) ?? [])
      .map(outcomeOf)
    const refused = outcomes.filter((outcome) => outcome === 'redirects').length
    if (refused !== (name === undefined ? 0 : 1)) wrong.push(`loop ${name}: ${outcomes.join(', ')}`)
  }
  for (const url of found.keys()) if (!expected.has(url)) wrong.push(`${url}: not expected`)
  return wrong
}

/** The most requests that came to the site within `ms`. */
export function mostWithin(site: Site, ms: number): number {
  const times = site.requests.map(({ at }) => Number(at) / 1e6).sort((a, b) => a - b)
  let [most, from] = [0, 0]
  for (const [to, time] of times.entries()) {
    while (time - (times[from] as number) > ms) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}
