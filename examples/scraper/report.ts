/** A run of the scraper in words. */
import type { CrawlReport } from './crawl.ts'

/** Failures that are named; the NDJSON file and --json have all. */
const MAX_NAMED = 20
const MAX_HOSTS = 20

export function reportLines(report: CrawlReport): string[] {
  const { pages, redirects, failures, byClass, counts, seconds } = report
  const classes = Object.entries(byClass).map(([name, count]) => `  ${name.padEnd(16)}${count}`)
  const named = failures.slice(0, MAX_NAMED).map((failure) => {
    const attempts = failure.attempts > 1 ? `, ${failure.attempts} attempts` : ''
    return `  ${shown(failure.url)}: ${shown(failure.message)} (${failure.class}${attempts})`
  })
  const more = failures.length - named.length
  return [
    ...hostLines(report),
    ...(failures.length > 0 ? ['', `failed: ${failures.length}`, ...classes, '', ...named] : []),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(failures.length > 0 ? [''] : []),
    ...(counts.left > 0 ? [`${counts.left} links were left: there were enough pages`] : []),
    `${pages.length} pages, ${redirects.length} redirects, ${failures.length} failed in ${seconds.toFixed(2)} s`,
  ]
}

function hostLines({ hosts }: CrawlReport): string[] {
  const all = Object.entries(hosts).sort(([, a], [, b]) => b.pages - a.pages)
  const width = Math.max(4, ...all.slice(0, MAX_HOSTS).map(([host]) => host.length))
  const line = (host: string, cells: readonly (string | number)[]) =>
    `${host.padEnd(width)}${cells.map((cell) => String(cell).padStart(10)).join('')}`
  const rows = all.slice(0, MAX_HOSTS).map(([host, row]) => {
    const mean = row.pages === 0 ? '-' : (row.ms / row.pages).toFixed(1)
    return line(host, [row.pages, row.redirects, row.failed, (row.bytes / 1e3).toFixed(1), mean])
  })
  const more = all.length - rows.length
  return [
    line('host', ['pages', 'redirects', 'failed', 'kB', 'mean ms']),
    ...rows,
    ...(more > 0 ? [`and ${more} more hosts`] : []),
  ]
}

/** Text of a stranger, on one line and without control characters. */
function shown(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 200)
}
