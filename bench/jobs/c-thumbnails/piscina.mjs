import { createWriteStream } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pMapIterable } from 'p-map'
import { Piscina } from 'piscina'
import { picturesIn } from './thumbnail.mjs'

const cores = availableParallelism()
const pool = new Piscina({
  filename: new URL('./piscina-work.mjs', import.meta.url).href,
  minThreads: cores,
  maxThreads: cores,
})
const pictures = picturesIn(process.argv[2])
const thumbnails = pMapIterable(pictures, (file) => pool.run(file), {
  concurrency: 2 * cores,
  backpressure: 64,
})
await pipeline(Readable.from(thumbnails), createWriteStream(process.argv[3]))
await pool.close()
