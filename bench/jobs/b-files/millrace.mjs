import { isMillraceThread, parallelMap, threaded } from 'millrace'
import { digestOf, filesIn } from './digest.mjs'

const digest = threaded(import.meta, digestOf)

if (!isMillraceThread)
  for await (const line of parallelMap(filesIn(process.argv[2]), digest)) console.log(line)
