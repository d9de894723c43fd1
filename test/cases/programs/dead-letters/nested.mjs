import { Worker } from 'node:worker_threads'
import 'millrace'

new Worker(new URL('./supervised.mjs', import.meta.url), { argv: process.argv.slice(2) })
