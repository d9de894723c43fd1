import type { Outcome, Step } from '../examples/scraper/outcome.ts'
import { parsePage } from '../examples/scraper/parse.ts'
import { parseOne } from '../examples/scraper/parse-stage.ts'
import { integer, main, script } from '../scripts/command-line.ts'
import { pipeline, warm } from '../src/index.ts'
import { headerOf } from './output/header.ts'
import { median } from './output/statistics.ts'
import { aligned } from './output/table.ts'
import { pageOf } from './scraper/pages.ts'

const SCRIPT = script({
  command: 'npx tsx bench/scraper.ts',
  does:
    "Passes pages from memory through the parsing stage of the scraper's example, on one thread and on more, in " +
    'alternating rounds, beside a plain loop. The network is no part of it.',
  options: {
    rounds: integer('measured rounds of each; one more round warms it up', {
      min: 1,
      max: 1000,
      fallback: 9,
    }),
    pages: integer('pages of a round, some 60 kB each', { min: 1, max: 100_000, fallback: 1000 }),
    threads: integer('threads beside one', { min: 2, max: 64, fallback: 2 }),
  },
  example: '--rounds 15 --threads 4',
  exit: ['the rates are measured', 'a page was lost, or gave another result than in the loop'],
})

const DIFFERENT_PAGES = 50

await main(SCRIPT, async ({ rounds, pages, threads }) => {
  const { machine, cores, load, node, commit } = headerOf(rounds)
  console.log(`${machine}, ${cores} cores, load ${load.toFixed(1)}, Node ${node}, millrace ${commit}`)
  const bodies = Array.from({ length: DIFFERENT_PAGES }, (_, number) => pageOf(number))
  const steps = Array.from({ length: pages }, (_, number) => stepOf(number, bodies))
  await warm(threads, parseOne)
  const contenders = [
    { name: 'plain loop', run: async () => steps.map(parsedHere) },
    { name: '1 thread', run: () => onThreads(steps, 1) },
    { name: `${threads} threads`, run: () => onThreads(steps, threads) },
  ].map((contender) => ({ ...contender, times: [] as number[] }))
  const expected = summaryOf(steps.map(parsedHere))
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run, times } of round % 2 === 0 ? contenders : [...contenders].reverse()) {
      const start = performance.now()
      const outcomes = await run()
      const ms = performance.now() - start
      if (round > 0) times.push(ms)
      if (summaryOf(outcomes) !== expected) throw new Error(`${name}: other results than in the loop`)
    }
  }
  const [loop, one, many] = contenders.map(({ times }) => median(times)) as [number, number, number]
  const rows = contenders.map(({ name, times }) => {
    const ms = median(times)
    return [name, ((pages * 1000) / ms).toFixed(0), (ms / pages).toFixed(2)]
  })
  console.log(`\n${aligned([['', 'pages/s', 'ms a page'], ...rows]).join('\n')}`)
  console.log(
    `\n${threads} threads: ${(one / many).toFixed(2)} times one thread, ${(loop / many).toFixed(2)} times the loop`,
  )
  return 0
})

function stepOf(number: number, bodies: readonly Buffer[]): Step {
  const url = `http://a.example/page/${number}`
  const body = bodies[number % bodies.length] as Buffer
  return {
    request: { url, host: 'a.example', depth: 0, attempt: 1, hops: 0 },
    fetched: { kind: 'page', url, status: 200, charset: undefined, body, ms: 0 },
  }
}

function onThreads(steps: readonly Step[], threads: number): Promise<Outcome[]> {
  // The options are those of the example, in examples/scraper/crawl.ts.
  return pipeline(steps)
    .map(parseOne, { threads, window: 4 * threads, ordered: false })
    .toArray()
}

function parsedHere({ fetched }: Step): Outcome {
  if (fetched.kind !== 'page') throw new Error('no page')
  const { url, status, body, charset, ms } = fetched
  return { kind: 'page', status, bytes: body.length, ms, page: parsePage(body, charset, url) }
}

/** Equal for the same results in any order. */
function summaryOf(outcomes: readonly Outcome[]): string {
  const texts = outcomes.map((outcome) => JSON.stringify(outcome.kind === 'page' ? outcome.page : outcome))
  return texts.sort().join('\n')
}
