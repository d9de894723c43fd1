import { readFileSync } from 'node:fs'
import { crypto } from '../node-crypto.ts'
import type { Origin } from './origin.ts'

/** The text of a module's file, as it is while the module is evaluated. */
export interface Source {
  readonly text: string
  /** Where each line begins. */
  readonly lines: readonly number[]
  readonly digest: string
}

interface Latest {
  readonly path: string
  readonly evaluation: object | undefined
  readonly source: Source | undefined
}

let latest: Latest | undefined

/** The source of a module's file at this evaluation of it; undefined if it cannot be read. */
export function sourceOf({ path, evaluation }: Origin): Source | undefined {
  if (latest?.path === path && latest.evaluation === evaluation) return latest.source
  latest = { path, evaluation, source: read(path) }
  // The calls of one module usually follow each other without a wait. Later, the file may have changed.
  void Promise.resolve().then(() => {
    latest = undefined
  })
  return latest.source
}

function read(path: string): Source | undefined {
  let text: string
  try {
    // Compilers do not count the byte order mark as a column.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch {
    return undefined
  }
  const ends = [...text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)]
  return {
    text,
    lines: [0, ...ends.map((end) => end.index + end[0].length)],
    digest: crypto().createHash('sha256').update(text).digest('base64'),
  }
}
