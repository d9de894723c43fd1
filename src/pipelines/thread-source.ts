import { internalsOf, Queue } from '../queue/index.ts'
import { Group, NOBODY, producePlan, restartPolicy, withShare } from '../supervisor/index.ts'
import { openSource } from './ends/index.ts'
import type { OpenSource, RunHooks } from './flow.ts'

/** Items that the function may be ahead of the pipeline. */
const AHEAD = 64
/** As every source: it is closed within this time. */
const GRACE_MS = 5000

/** Runs a function on threads as `produce` does, and reads what it gives. */
export function openThreadSource(given: unknown, hooks: RunHooks, frames: string): OpenSource {
  const queue = new Queue<unknown>({ maxsize: AHEAD, name: 'source' })
  const settings = { restart: restartPolicy(undefined), resourceLimits: undefined, grace: GRACE_MS }
  const plan = withShare(producePlan(queue, given, undefined, settings), Number.POSITIVE_INFINITY)
  const group = new Group(0, plan, frames, {
    ...NOBODY,
    over: () => {
      if (group.hasFailed) hooks.fail(group.failure)
      if (!internalsOf(queue).isDetached) internalsOf(queue).shutDown()
    },
  })
  // Its failure is told by `over`.
  group.join().catch(() => {})
  const source = openSource(queue, hooks)
  return {
    length: undefined,
    limit: undefined,
    read() {
      const read = source.read()
      if (typeof read === 'symbol') return read
      // The queue is of this run alone, and ends with it: nothing goes back there.
      read.origin?.accept()
      return { value: read.value }
    },
    async close(reason) {
      await source.close(reason)
      internalsOf(queue).shutDown(true)
      await group.stopWithin(reason, GRACE_MS)
      queue[Symbol.dispose]()
    },
  }
}
