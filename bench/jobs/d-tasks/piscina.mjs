import { availableParallelism } from 'node:os'
import pMap from 'p-map'
import { Piscina } from 'piscina'
import { print, tasks } from './primes.mjs'

const cores = availableParallelism()
const pool = new Piscina({
  filename: new URL('./piscina-work.mjs', import.meta.url).href,
  minThreads: cores,
  maxThreads: cores,
})
let done = 0
const progress = () => process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${done} of ${tasks.length}\n`)
const timer = setInterval(progress, process.stderr.isTTY ? 250 : 10_000)

async function settle(task) {
  const controller = new AbortController()
  const limit = setTimeout(() => controller.abort(), 2000)
  try {
    return await pool.run(task, { signal: controller.signal })
  } catch {
    return undefined
  } finally {
    clearTimeout(limit)
    done++
  }
}

const results = await pMap(tasks, settle, { concurrency: cores })
clearInterval(timer)
progress()
print(results)
await pool.close()
