/**
 * Pitfall: two full queues that cross. A fetcher takes addresses and puts pages; a parser takes pages and
 * puts addresses. Each page has three links, so both queues fill up, and each thread waits for the other to
 * make room. Timeouts end that, and the stats say who holds and who waits. In the cure waits go one way only.
 *
 *   npx tsx examples/journey/16-deadlock-of-full-queues.ts
 */
import { isMillraceThread, Queue, Supervisor, threaded } from '../../src/index.ts'
import { holdersOf, untilWaiting } from './shared/holders.ts'
import { isToPlay } from './shared/step.ts'

type Page = { links: number[] }
type Crawl = { urls: Queue<number>; pages: Queue<Page> }

/** The pages are a tree: page n links to the next three of its own. */
const PAGES = 200
const fetched = (url: number): Page => ({ links: [1, 2, 3].map((n) => url * 3 + n).filter((n) => n < PAGES) })
const TIMEOUT_MS = 1500

const fetcher = threaded(import.meta, ({ urls, pages }: Crawl) => {
  for (const url of urls) pages.putSync(fetched(url), { timeout: TIMEOUT_MS })
})

/** The mistake: it waits for room in the queue that the fetcher empties, while the fetcher waits for it. */
const parser = threaded(import.meta, ({ urls, pages }: Crawl) => {
  for (const page of pages) for (const link of page.links) urls.putSync(link, { timeout: TIMEOUT_MS })
})

/** The cure: it keeps the links that find no room, and only ever waits for pages. */
const owner = threaded(import.meta, ({ urls, pages }: Crawl) => {
  const frontier = [0]
  let parsed = 0
  let underWay = 0
  for (;;) {
    while (frontier.length > 0 && urls.tryPut(frontier[0]!)) {
      frontier.shift()
      underWay++
    }
    if (underWay === 0) break
    frontier.push(...pages.getSync().links)
    pages.taskDone()
    underWay--
    parsed++
  }
  urls.shutdown()
  return parsed
})

const crawl = (): Crawl => ({
  urls: new Queue({ name: 'urls', maxsize: 4 }),
  pages: new Queue({ name: 'pages', maxsize: 4 }),
})

async function main(): Promise<void> {
  const crossed = crawl()
  await crossed.urls.put(0)
  const supervisor = new Supervisor()
  const ends = Object.entries({ fetcher, parser }).map(async ([name, each]) => {
    const group = supervisor.spawn(each, { args: crossed })
    const code = await group.join().catch(({ cause }) => cause.code)
    console.log(`  ${name}: ${code}`)
  })
  const { urls, pages } = crossed
  await untilWaiting(2, 'put', [urls, pages], () => urls.full && pages.full)
  console.log(`crossed: both wait for room\n${holdersOf(urls, pages)}`)
  await Promise.all(ends)
  console.log(`  not finished: ${urls.unfinished} addresses, ${pages.unfinished} pages`)

  const oneWay = crawl()
  const cured = new Supervisor()
  cured.spawn(fetcher, { args: oneWay })
  const [parsed] = await cured.spawn(owner, { args: oneWay }).join()
  await cured.join()
  console.log(`one way: ${parsed} of ${PAGES} pages parsed`)
}

if (!isMillraceThread && isToPlay(import.meta.url)) await main()
