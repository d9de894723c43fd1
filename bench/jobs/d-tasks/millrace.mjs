import { isMillraceThread, parallelMap, progressBar, threaded } from 'millrace'
import { primesOf, print, tasks } from './primes.mjs'

const primes = threaded(import.meta, primesOf)

if (!isMillraceThread) {
  const run = parallelMap(tasks, primes, { timeout: 2000, maxDeliveries: 1 })
  progressBar(run)
  const results = []
  for await (const { value } of run.settled()) results.push(value)
  print(results)
}
