/**
 * A site on 127.0.0.1 to be scraped: a tree of generated pages, redirects, pages that are slow, huge, broken
 * or in other charsets, and addresses that fail in each way that a scraper has to bear.
 *
 *   npx tsx examples/site.ts --port 8080
 *   npx tsx examples/site.ts --list 2
 *
 * It is the same site each time. `startSite` in `site/server.ts` is for programs: it logs requests, and it
 * knows which pages a scraper finds and how each bad one fails.
 */
import { fail } from './shared/command.ts'
import { interruptSignal } from './shared/interrupt.ts'
import { readOptions } from './shared/options.ts'
import { startSite } from './site/server.ts'

const NAME = 'site'

const HELP = `Usage: site [options]

Serves a site on 127.0.0.1, and prints its address. Its robots.txt disallows a part of it.

  --port N         1 to 65535 (default: one that is free)
  --pages N        pages of the tree, 0 to 100000 (default: 300); there are some 100 more
  --seed N         another site (default: 1)
  --crawl-delay N  the pause in seconds that robots.txt asks for, 1 to 3600 (default: none)
  --slow N         ms until a slow page is sent, 0 to 600000 (default: 300)
  --only-good      leaves out all but the tree of pages
  --list N         serves nothing: prints the pages up to N links from the home page, 0 to 1000, a line each:
                   links from the home page, outcome, requests until then, path
  --help, -h       prints this

Ctrl-C ends it, and it prints how many requests came.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`

const options = readOptions(NAME, HELP, {
  numbers: {
    port: [1, 65_535, 0],
    pages: [0, 100_000, 300],
    seed: [0, 2 ** 32 - 1, 1],
    'crawl-delay': [1, 3600, 0],
    slow: [0, 600_000, 300],
    list: [0, 1000, -1],
  },
  flags: ['only-good'],
})

async function main({ numbers, flags }: NonNullable<typeof options>): Promise<void> {
  const { port, pages, seed, slow, 'crawl-delay': crawlDelay, list } = numbers
  const signal = interruptSignal()
  const site = await startSite({
    port,
    pages,
    seed,
    slowMs: slow,
    faults: !flags['only-good'],
    ...(crawlDelay > 0 ? { crawlDelay } : {}),
  })
  if (list >= 0) {
    for (const { depth, outcome, attempts, url } of site.expected({ maxDepth: list }).values()) {
      console.log(`${depth} ${outcome} ${attempts} ${url.slice(site.origin.length)}`)
    }
  } else {
    console.log(`${site.origin}/`)
    if (process.stderr.isTTY) process.stderr.write('Ctrl-C ends it.\n')
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
    })
    console.log(`${site.requests.length} requests for ${site.counts().size} paths`)
  }
  await site.close()
}

if (options !== undefined) await main(options).catch((error) => fail(NAME, error, 1))
