import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export function filesIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
}

export function digestOf(file) {
  const bytes = readFileSync(file)
  return `${createHash('sha256').update(bytes).digest('hex')} ${gzipSync(bytes).length} ${basename(file)}`
}
