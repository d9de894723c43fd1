import { workerData } from 'node:worker_threads'
import { attach } from 'millrace'
import { handle } from './work.mjs'

handle(attach(workerData).getSync())
