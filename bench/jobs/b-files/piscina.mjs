import { availableParallelism } from 'node:os'
import pMap from 'p-map'
import { Piscina } from 'piscina'
import { filesIn } from './digest.mjs'

const cores = availableParallelism()
const pool = new Piscina({
  filename: new URL('./piscina-work.mjs', import.meta.url).href,
  minThreads: cores,
  maxThreads: cores,
})
const files = filesIn(process.argv[2])
for (const line of await pMap(files, (file) => pool.run(file), { concurrency: 2 * cores })) console.log(line)
await pool.close()
