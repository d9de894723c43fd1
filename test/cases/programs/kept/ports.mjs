// The main thread has not loaded millrace. Its thread has.
import { Worker } from 'node:worker_threads'

new Worker(new URL('./queues.mjs', import.meta.url))
