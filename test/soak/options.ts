import { choice, integer, number, script, seed, type ValuesOf } from '../../scripts/command-line.ts'
import { type Job, SABOTAGES } from './job.ts'

const DEADLINE_MS = 120_000
const PERIOD_MS = 20_000

export const SCRIPT = script({
  command: 'npm run soak --',
  does:
    'Keeps queues of all kinds busy in one process. Threads die at random moments and are started again, supervised ' +
    'ones and others. From time to time the queues are drained and every item that was put is accounted for.',
  options: {
    minutes: number('how long, in minutes', { min: 0.05, max: 10_000, fallback: 30 }),
    'deaths-per-second': number('on average', { min: 0.01, max: 20, fallback: 1 }),
    threads: integer('threads that run at a time', { min: 14, max: 256, fallback: 16 }),
    seed: seed('decides which thread dies, when and how'),
    sabotage: choice('a deliberate fault, to show that the soak finds it', SABOTAGES, 'none'),
  },
  example: '--minutes 2 --deaths-per-second 5',
  exit: [
    'no item is lost, no thread is stuck, and memory does not grow',
    'an item is lost, a thread is stuck, or memory grows',
  ],
})

export function jobOf(values: ValuesOf<typeof SCRIPT>): Job {
  const { 'deaths-per-second': deathsPerSecond, ...rest } = values
  return { ...rest, deathsPerSecond, periodMs: PERIOD_MS, deadlineMs: DEADLINE_MS }
}
