// A main thread that has not loaded millrace; its thread has.
import { Worker } from 'node:worker_threads'

new Worker(new URL('./queues.mjs', import.meta.url))
