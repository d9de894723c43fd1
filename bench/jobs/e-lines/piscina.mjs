import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { Piscina } from 'piscina'

const cores = availableParallelism()
const pool = new Piscina({
  filename: new URL('./piscina-work.mjs', import.meta.url).href,
  minThreads: cores,
  maxThreads: cores,
})
const running = []
let batch = []

async function write() {
  if (!process.stdout.write(await running.shift())) await once(process.stdout, 'drain')
}

async function send() {
  running.push(pool.run(batch))
  batch = []
  if (running.length >= 4 * cores) await write()
}

for await (const line of createInterface({ input: process.stdin })) {
  batch.push(line)
  if (batch.length === 1000) await send()
}
if (batch.length > 0) await send()
while (running.length > 0) await write()
await pool.close()
