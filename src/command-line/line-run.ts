import { pathToFileURL } from 'node:url'
import type { PipelineStats } from '../pipelines/index.ts'
import type { MapArguments } from './arguments.ts'
import type { LineSource } from './line-source.ts'

/** The result of a call, or the error of an item that has failed for good. */
export type LineResult = { readonly index: number } & (
  | { readonly value: unknown }
  | { readonly error: unknown }
)

export interface LineRun {
  results(): AsyncIterable<LineResult>
  stats(): PipelineStats
  on(event: 'progress' | 'end', listener: () => void): unknown
}

/** STAND-IN until the engine is there. */
export function lineRun(source: LineSource, args: MapArguments): LineRun {
  let done = 0
  let failed = 0
  const start = Date.now()
  return {
    async *results() {
      const module = await import(pathToFileURL(args.file).href)
      const fn = module[args.exportName]
      if (typeof fn !== 'function') throw new Error(`no function ${args.exportName} in ${args.file}`)
      let index = 0
      for await (const item of source) {
        let error: unknown
        let isDone = false
        for (let attempt = 0; attempt <= (args.retries ?? 0) && !isDone; attempt++) {
          let value: unknown
          try {
            value = await fn(item)
            isDone = true
          } catch (thrown) {
            error = thrown
            continue
          }
          done++
          if (args.flat) for (const each of value as Iterable<unknown>) yield { index, value: each }
          else yield { index, value }
        }
        if (!isDone) {
          failed++
          yield { index, error }
        }
        index++
      }
    },
    stats: () => ({
      read: done,
      inFlight: 0,
      done,
      failed,
      skipped: 0,
      rate: 0,
      eta: undefined,
      total: undefined,
      elapsed: Date.now() - start,
      threads: 0,
      stages: [],
    }),
    on: () => {},
  }
}
