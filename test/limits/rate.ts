import { integer, main, number, script } from '../../scripts/command-line.ts'
import build from '../support/build.ts'
import { type Load, measure, type Way } from './bound.ts'

const SCRIPT = script({
  command: 'npx tsx test/limits/rate.ts',
  does:
    'Asks a limiter for more than it grants, from 1 to 8 threads, blocked, asynchronously and by tryAcquire. Prints ' +
    'the most grants in any interval, and the achieved share of the limit.',
  options: {
    seconds: number('seconds of each line', { min: 0.5, max: 600, fallback: 4 }),
    least: number('share of the limit that each line must achieve', { min: 0, max: 1, fallback: 0.95 }),
    callers: integer('asynchronous calls of a thread at once', { min: 1, max: 10_000, fallback: 4 }),
  },
  example: '--seconds 10',
  exit: ['each line keeps the bound, and achieves its share', 'a line does not'],
})

const LIMITS = [5, 50, 500]
const THREADS = [1, 2, 4, 8]
const WAYS: readonly Way[] = ['sync', 'async', 'try']

await main(SCRIPT, async ({ seconds, least, callers }) => {
  build()
  console.log('limit/s  threads  way    grants  most in 1 s  allowed  achieved')
  let failures = 0
  for (const limit of LIMITS)
    for (const threads of THREADS)
      for (const way of WAYS) {
        const ways = Array.from({ length: threads }, () => way)
        const load: Load = { limit, interval: 1000, ways, callers, ms: seconds * 1000 }
        const { times, most, achieved } = await measure(load)
        const isFine = most <= limit + 1 && achieved >= least
        if (!isFine) failures++
        console.log(
          [
            String(limit).padStart(7),
            String(threads).padStart(8),
            ` ${way.padEnd(6)}`,
            String(times.length).padStart(6),
            String(most).padStart(12),
            String(limit + 1).padStart(8),
            achieved.toFixed(4).padStart(9),
            isFine ? '' : ' FAILED',
          ].join(' '),
        )
      }
  console.log(failures === 0 ? 'all within the bound' : `${failures} failed`)
  return failures === 0 ? 0 : 1
})
