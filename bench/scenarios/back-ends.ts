import { LoopWorkers } from '../loop-workers.ts'
import { type Contender, RATE, type Scenario } from './scenario.ts'

/**
 * One thread puts an int32 and gets it back, by the core on WebAssembly and by the same source over Atomics.
 */
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
    ...RATE,
    name: `back-ends/${file}`,
    group: 'back-ends',
    inQuick: true,
    picture: 'thread ─▶ queue ─▶ the same thread',
    threads: 1,
    baseline: 'Atomics',
    contenders: (plan) => [
      contender(file, 'WebAssembly', plan.items(4_000_000)),
      contender(file, 'Atomics', plan.items(1_000_000)),
    ],
  }
}

function contender(file: 'core' | 'api', name: 'WebAssembly' | 'Atomics', items: number): Contender {
  return {
    name,
    items,
    start: () => LoopWorkers.start(`${file} ${name}`, [{ file, role: `on${name}`, data: { items } }], items),
  }
}
