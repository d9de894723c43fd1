import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { isMillraceThread, pipeline, threaded } from 'millrace'
import { add, print } from './table.mjs'

const count = threaded(import.meta, (lines) => {
  const table = {}
  for (const line of lines) {
    const { service, status, bytes } = JSON.parse(line)
    if (status >= 500) add(table, service, 1, bytes)
  }
  return table
})

if (!isMillraceThread) {
  const lines = createInterface({ input: createReadStream(process.argv[2]) })
  const total = {}
  for await (const table of pipeline(lines).batch(1000).map(count, { ordered: false }))
    for (const [service, { requests, bytes }] of Object.entries(table)) add(total, service, requests, bytes)
  print(total)
}
