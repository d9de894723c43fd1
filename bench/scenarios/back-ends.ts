import { Crew } from '../crew.ts'
import { type Scenario, type SelectCase, wholeShares } from './scenario.ts'

/** One thread puts an int32 and gets it back: the same operations compiled to WebAssembly, and as TypeScript over Atomics. */
export const BACK_ENDS: readonly Scenario[] = [
  {
    ...common('core'),
    title: 'single-thread put + get of an int32, the core alone: put, take, finish',
    target: { contender: 'WebAssembly', atLeast: 4 },
  },
  {
    ...common('api'),
    title: 'single-thread put + get of an int32, public API: tryPut, tryGet, taskDone',
  },
]

function common(file: 'core' | 'api'): Omit<Scenario, 'title'> {
  return {
    name: file,
    picture: 'thread ─▶ queue ─▶ the same thread',
    threads: 1,
    baseline: 'Atomics',
    contenders: async (items) => [
      contender(file, 'WebAssembly', wholeShares(items ?? 4_000_000)),
      contender(file, 'Atomics', wholeShares(items ?? 1_000_000)),
    ],
  }
}

function contender(file: 'core' | 'api', name: 'WebAssembly' | 'Atomics', items: number): SelectCase {
  return {
    name,
    items,
    start: () => Crew.start(`${file} ${name}`, [{ file, part: `on${name}`, data: { items } }], items),
  }
}
