import type { MapOptions, ParallelRun } from '../../src/index.ts'
import { DIST } from '../paths.ts'
import type { Contender } from './contender.ts'
import type { Item } from './items.ts'
import { TASK } from './task-file.ts'

/** The package as it is built, loaded by the first round. */
const load = (): Promise<typeof import('../../src/index.ts')> => import(new URL('index.js', DIST).href)

interface Options extends Pick<MapOptions<Item>, 'window'> {
  readonly threads: number
  readonly ordered?: boolean
}

/** `parallelMap` over the array of the items. Each round is a run of its own. */
export function millrace(name: string, options: Options): Contender {
  return {
    name,
    threads: options.threads,
    prepare: (items) => async () => ({
      results: await (await mapped(items, options)).toArray(),
      isOrdered: options.ordered ?? true,
    }),
    stop: () => Promise.resolve(),
  }
}

/** As `millrace`, from a source that counts how far it is read, to a loop that counts what was yielded. */
export function countedMillrace(name: string, options: Options): Contender {
  return {
    name,
    threads: options.threads,
    prepare: (items) => async () => {
      let asked = 0
      let ahead = 0
      function* source() {
        for (const item of items) {
          ahead = Math.max(ahead, item.index + 1 - asked)
          yield item
        }
      }
      const results: number[] = []
      const outputs = (await mapped(source(), options))[Symbol.asyncIterator]()
      for (;;) {
        // An output that is asked for is yielded as soon as it is there: it counts no longer.
        asked++
        const { value, done } = await outputs.next()
        if (done) break
        results.push(value)
      }
      return { results, isOrdered: options.ordered ?? true, ahead }
    },
    stop: () => Promise.resolve(),
  }
}

/** A pipeline of two steps on the same threads; the second lets half of the outputs pass. */
export function millracePipeline(name: string, threads: number): Contender {
  const options = { threads }
  return {
    name,
    threads,
    prepare: (items) => async () => {
      const { pipeline } = await load()
      const odd = await pipeline(items)
        .map({ filename: TASK, name: 'work' }, options)
        .filter({ filename: TASK, name: 'isOdd' }, options)
        .toArray()
      // An output that was filtered out counts as done if its neighbour is there.
      return { results: (odd as number[]).flatMap((index) => [index - 1, index]), isOrdered: true }
    },
    stop: () => Promise.resolve(),
  }
}

async function mapped(items: Iterable<Item>, options: Options): Promise<ParallelRun<number>> {
  const { parallelMap } = await load()
  return parallelMap<Item, undefined, number>(items, { filename: TASK, name: 'work' }, options)
}
