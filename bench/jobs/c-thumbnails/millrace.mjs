import { createWriteStream } from 'node:fs'
import { isMillraceThread, pipeline, threaded } from 'millrace'
import { picturesIn, thumbnailOf } from './thumbnail.mjs'

const thumbnail = threaded(import.meta, thumbnailOf)

if (!isMillraceThread)
  await pipeline(picturesIn(process.argv[2])).map(thumbnail).to(createWriteStream(process.argv[3]))
