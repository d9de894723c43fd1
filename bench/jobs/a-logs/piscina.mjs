import { createReadStream } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { Piscina } from 'piscina'
import { add, print } from './table.mjs'

const cores = availableParallelism()
const pool = new Piscina({
  filename: new URL('./piscina-work.mjs', import.meta.url).href,
  minThreads: cores,
  maxThreads: cores,
})
const total = {}
const running = new Set()
let batch = []

async function count(lines) {
  const table = await pool.run(lines)
  for (const [service, { requests, bytes }] of Object.entries(table)) add(total, service, requests, bytes)
}

async function send() {
  const promise = count(batch).finally(() => running.delete(promise))
  running.add(promise)
  batch = []
  if (running.size >= 4 * cores) await Promise.race(running)
}

for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  batch.push(line)
  if (batch.length === 1000) await send()
}
if (batch.length > 0) await send()
await Promise.all(running)
print(total)
await pool.close()
