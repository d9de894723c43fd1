import { availableParallelism } from 'node:os'
import { integer } from '../../check.ts'
import { packArgs, placeIn, refuseSelfStart } from '../../protocol/index.ts'
import { HOST } from '../../thread-files.ts'
import type { ThreadedFunction } from '../../threaded/index.ts'
import { framesAbove } from '../call-site.ts'
import { Group, type GroupPlan, type GroupTask, restartPolicy } from '../groups/index.ts'
import { type ThreadTask, workOf } from '../tasks/index.ts'
import { NOBODY, PLAIN } from './unsupervised.ts'

/**
 * Starts threads beforehand, so that the first groups and calls find them. They are kept for 10 s, as any
 * thread that is kept, and the process does not wait for them.
 *
 * @param n how many shall be there, 1 to 1024; no more than the process has cores are started. Default: one
 *   for each core (`os.availableParallelism()`)
 * @param fn a threaded function, or a task, whose module the threads load
 * @returns resolves when the threads are ready
 *
 * @example
 *     await warm(2, parse)
 *
 * @throws TypeError, RangeError for a wrong argument; ThreadError if the module cannot be loaded, or a thread
 *   would start its own program again
 */
export async function warm(n?: number, fn?: ThreadedFunction<unknown> | ThreadTask<never>): Promise<void> {
  const frames = framesAbove(warm)
  refuseSelfStart(placeIn(frames))
  const threads = Math.min(integer('n', n, 1, 1024, availableParallelism()), availableParallelism())
  const found = fn === undefined ? OF_LIBRARY : workOf(fn, undefined).found
  const plan: GroupPlan = {
    ...PLAIN,
    task: { ...found, threads },
    args: packArgs('args', undefined),
    roleOf: () => ({ kind: 'load' }),
    restart: restartPolicy(undefined),
    grace: 0,
  }
  const group = new Group(0, plan, frames, NOBODY)
  await group.join()
}

/** A module that each thread has loaded. */
const OF_LIBRARY: Omit<GroupTask, 'threads'> = {
  filename: HOST,
  target: { kind: 'export', name: 'serve' },
  name: 'warm',
}
