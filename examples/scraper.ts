/**
 * A web scraper: fetches pages, follows their links, and parses them on threads.
 *
 *   npx tsx examples/scraper.ts --demo
 *   npx tsx examples/scraper.ts https://example.com --max-pages 50 --out pages.ndjson
 *
 * One frontier knows what was seen and what is to be fetched (scraper/frontier.ts). A limiter in shared
 * memory keeps all threads together within the rate of each host (scraper/politeness.ts). The two stages have
 * threads of their own (scraper/crawl.ts).
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { readJournal } from './scraper/journal.ts'
import { reportLines } from './scraper/report.ts'
import { fail } from './shared/command.ts'
import { interruptSignal } from './shared/interrupt.ts'
import { type GivenOptions, readOptions } from './shared/options.ts'

const NAME = 'scraper'
const CORES = availableParallelism()
const USER_AGENT = 'millrace-scraper/0.1'

const HELP = `Usage: scraper [URL ...] [options]

Fetches the pages of the URLs, and those that they link to. robots.txt is obeyed.

  --max-pages N       pages that are asked for, 1 to 1000000 (default: 1000)
  --max-depth N       links from a URL given, 0 to 1000 (default: 10)
  --other-origins     follows links to other origins too; private addresses are refused
  --rate N            requests a second to one host, 1 to 1000 (default: 2); a slower Crawl-delay is obeyed
  --per-host N        requests under way to one host, 1 to 64 (default: 2)
  --concurrency N     requests under way in all, 1 to 256 (default: 16)
  --timeout N         seconds that a server may be silent, 1 to 600 (default: 10)
  --threads N         threads that parse, 1 to 64 (default: one a core, here ${CORES})
  --user-agent TEXT   (default: ${USER_AGENT})
  --out FILE          writes a line of JSON for each page, redirect and failure, as it happens
  --resume FILE       goes on where the run stopped that wrote FILE, and adds to FILE
  --json              stdout is one document: { pages, redirects, failures, byClass, hosts, … }
  --demo              scrapes a site of its own on 127.0.0.1, with defaults of its own
  --help, -h          prints this

Needs the packages undici, htmlparser2, encoding-sniffer, normalize-url, robots-parser and ipaddr.js (npm i -D …).
Ctrl-C: nothing new is asked for, and what is in flight is finished and reported. Again: at once.
Exit codes: 0, with pages that failed too; 1 failed; 2 wrong arguments; 130 interrupted.
`

class UsageError extends Error {}

const NUMBERS = {
  'max-pages': [1, 1_000_000, 1000],
  'max-depth': [0, 1000, 10],
  rate: [1, 1000, 2],
  'per-host': [1, 64, 2],
  concurrency: [1, 256, 16],
  timeout: [1, 600, 10],
  threads: [1, 64, CORES],
} as const
/** The site of the demonstration is on this machine, and may be asked faster; it answers soon, or never. */
const NUMBERS_OF_DEMO = {
  ...NUMBERS,
  rate: [1, 1000, 100],
  'per-host': [1, 64, 8],
  timeout: [1, 600, 2],
} as const

type Given = GivenOptions<keyof typeof NUMBERS, 'json' | 'demo' | 'other-origins'>

async function main({ numbers, flags, texts, files }: Given): Promise<void> {
  const signal = interruptSignal()
  // Loaded here, so that --help needs no package.
  const { seedUrl } = await import('./scraper/urls.ts')
  const given = files.map((text) => {
    const seed = seedUrl(text)
    if (seed === undefined) {
      throw new UsageError(`URL: an http: or https: URL without a user name expected, got '${text}'`)
    }
    return seed
  })
  checkFiles({ numbers, flags, texts, files })
  const userAgent = texts['user-agent'] ?? USER_AGENT
  if (!/^[\x21-\x7e][\x20-\x7e]*$/.test(userAgent)) {
    throw new UsageError(`--user-agent: printable ASCII expected, got ${JSON.stringify(userAgent)}`)
  }
  const resumed = texts.resume === undefined ? undefined : await readJournal(texts.resume)
  if (resumed?.seeds.length === 0 && given.length === 0) throw new Error(`${texts.resume}: no run is in it`)
  const site = flags.demo ? await (await import('./site/server.ts')).startSite() : undefined
  try {
    const seeds = site === undefined ? given : [`${site.origin}/`]
    const { rate, 'per-host': perHost } = numbers
    const report = flags.json ? () => {} : (line: string) => void process.stdout.write(`${line}\n`)
    const all = [...new Set([...(resumed?.seeds ?? []), ...seeds])]
    report(`scraping ${all.join(', ')}; at most ${rate} requests a second to a host`)
    // Loading millrace from TypeScript takes half a second, so the first line is printed before.
    const { crawl } = await import('./scraper/crawl.ts')
    const result = await crawl({
      seeds,
      userAgent,
      rate,
      perHost,
      resumed,
      signal,
      concurrency: numbers.concurrency,
      threads: numbers.threads,
      maxPages: numbers['max-pages'],
      maxDepth: numbers['max-depth'],
      timeoutMs: 1000 * numbers.timeout,
      otherOrigins: flags['other-origins'],
      out: texts.resume ?? texts.out,
      // Some pages of the demonstration ask for quiet for ever.
      retries: flags.demo ? { maxThrottled: 3 } : undefined,
      showsProgress: true,
    })
    const interrupted = signal.aborted
    for (const line of reportLines(result)) report(line)
    if (interrupted) report(`interrupted: ${result.counts.queued} URLs are not fetched`)
    if (flags.json) process.stdout.write(`${JSON.stringify({ seeds: all, interrupted, ...result })}\n`)
  } finally {
    await site?.close()
  }
}

function checkFiles({ flags, texts, files }: Given): void {
  const { out, resume } = texts
  if (flags.demo && (files.length > 0 || resume !== undefined)) {
    throw new UsageError('--demo: neither URL nor --resume expected beside it')
  }
  if (files.length === 0 && !flags.demo && resume === undefined) {
    throw new UsageError('URL: at least one expected, or --demo')
  }
  if (out !== undefined && resume !== undefined) {
    throw new UsageError(`--resume: no --out expected beside it, since it adds to '${resume}'`)
  }
  if (resume !== undefined && !existsSync(resume)) {
    throw new UsageError(`--resume: a file expected, got '${resume}', which does not exist`)
  }
}

const options = readOptions(NAME, HELP, {
  numbers: process.argv.includes('--demo') ? NUMBERS_OF_DEMO : NUMBERS,
  flags: ['json', 'demo', 'other-origins'],
  texts: ['user-agent', 'out', 'resume'],
  most: [Number.POSITIVE_INFINITY, 'URL'],
})
if (options !== undefined) {
  await main(options).catch((error) => fail(NAME, error, error instanceof UsageError ? 2 : 1))
}
