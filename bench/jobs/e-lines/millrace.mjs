import { createInterface } from 'node:readline'
import { isMillraceThread, pipeline, threaded } from 'millrace'
import { objectOf } from './line.mjs'

const transform = threaded(import.meta, (lines) => `${lines.map(objectOf).join('\n')}\n`)

if (!isMillraceThread)
  await pipeline(createInterface({ input: process.stdin }))
    .batch(1000)
    .map(transform)
    .to(process.stdout)
