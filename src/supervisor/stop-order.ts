import { clock } from '../clock.ts'
import { clearInterval, setInterval } from '../timers.ts'
import type { Group } from './groups/index.ts'

/**
 * Asks group after group, with the stream of items: each once none that runs still puts into what it takes
 * from, so that those who put find room. Resolves when all are over. Where they feed each other in a circle,
 * all that are left are asked.
 */
export async function stopDownstream(
  running: () => readonly Group[],
  stop: (group: Group) => Promise<void>,
): Promise<void> {
  for (let left = running(); left.length > 0; left = running()) {
    const first = left.filter((group) => !left.some((other) => other !== group && feeds(other, group)))
    await Promise.all((first.length > 0 ? first : left).map(stop))
  }
}

function feeds(group: Group, other: Group): boolean {
  const sources = sourcesOf(other)
  return [...group.flow.sinks].some((queue) => sources.has(queue))
}

/** One that has done nothing yet may come to take from all it has. */
function sourcesOf({ flow, plan }: Group) {
  return flow.isUndecided ? new Set(plan.args.queues) : flow.sources
}

/** How long this thread, which alone may still put something, leaves all waiting after `grace`, in ms. */
const FEEDING = 500
/** How often the groups are looked at, in ms: nothing tells of what their threads do with queues. */
const LOOK = 20

/**
 * Lets what was queued be finished: who takes nothing is asked to stop, the others go on until their queues
 * end. Within `grace` ms it must be seen what a group does that has done nothing yet, else it is asked; so
 * are all when for `grace` ms those that were not asked have only waited for items (after `grace`, with none
 * left that was asked, for 500 ms). When all have been asked nobody makes room any more: they have `grace` ms
 * from then. Returns what ends the watch.
 */
export function finish(running: () => readonly Group[], reason: unknown, grace: number): () => void {
  const start = clock.now()
  let busyAt = start
  const look = () => {
    const now = clock.now()
    const groups = running()
    if (!groups.every(({ isStopping, isIdle }) => isStopping || isIdle)) busyAt = now
    const maxSleepMs = groups.some(({ isStopping }) => isStopping) ? grace : Math.min(grace, FEEDING)
    const areIdle = now - start >= grace && now - busyAt >= maxSleepMs
    for (const group of groups) {
      const { isUndecided, sources } = group.flow
      const takes = isUndecided ? now - start < grace : sources.size > 0
      if (areIdle || !takes) group.requestStop(reason)
    }
    if (!groups.every(({ isStopping }) => isStopping)) return
    clearInterval(timer)
    for (const group of groups) void group.stopWithin(reason, grace)
  }
  const timer = setInterval(look, LOOK).unref()
  look()
  return () => clearInterval(timer)
}
