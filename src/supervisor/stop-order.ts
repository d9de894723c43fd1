import { clock } from '../clock.ts'
import type { GroupQueue } from '../queue/index.ts'
import { clearInterval, setInterval } from '../timers.ts'
import type { Group, Member } from './groups/index.ts'

/**
 * Asks the groups to stop in the order of the stream of items: a group is asked once no other running group
 * puts into its queues, so that producers find room until they end. Groups that feed each other in a circle
 * are asked together. Resolves when all are over.
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

/** A group that has used no queue so far may take from all of them. */
function sourcesOf({ flow, plan }: Group): ReadonlySet<GroupQueue> {
  return flow.isUndecided ? new Set(plan.args.queues) : flow.sources
}

/** Each thread of the group waits for an item. */
function isIdle({ flow, members }: Group): boolean {
  const users = [...flow.sources].flatMap((queue) => queue.stats().threads)
  // A run that has not begun has the thread 0, which is the main thread's in `stats`.
  const waits = ({ run }: Member) =>
    run?.hasBegun && users.some(({ thread, waiting }) => thread === run.thread && waiting.includes('get'))
  return members.every((member) => member.isOver || waits(member))
}

/** The wait for items from the supervisor's own thread, once only that could still put some. */
const OWN_PUTS_WAIT_MS = 500
/** The interval between looks at the groups: there is no event for the first use of a queue. */
const CHECK_INTERVAL_MS = 20

/**
 * Lets the groups finish the queued items. A group that takes no items is asked to stop at once. A group that
 * has used no queue so far is asked after `graceMs`. The others run until their queues end.
 *
 * All groups are asked once those not asked so far have only waited for items for `graceMs`. The wait is
 * OWN_PUTS_WAIT_MS if no group runs any more that was asked. From then on no thread makes room, so all have
 * `graceMs` to stop. Returns a function that ends the watch.
 */
export function drainAndStop(running: () => readonly Group[], reason: unknown, graceMs: number): () => void {
  const start = clock.now()
  let busyAt = start
  const check = () => {
    const now = clock.now()
    const groups = running()
    if (!groups.every((group) => group.isStopping || isIdle(group))) busyAt = now
    const maxIdleMs = groups.some(({ isStopping }) => isStopping)
      ? graceMs
      : Math.min(graceMs, OWN_PUTS_WAIT_MS)
    const areIdle = now - start >= graceMs && now - busyAt >= maxIdleMs
    for (const group of groups) {
      const { isUndecided, sources } = group.flow
      const takes = isUndecided ? now - start < graceMs : sources.size > 0
      if (areIdle || !takes) group.requestStop(reason)
    }
    if (!groups.every(({ isStopping }) => isStopping)) return
    clearInterval(timer)
    for (const group of groups) void group.stopWithin(reason, graceMs)
  }
  const timer = setInterval(check, CHECK_INTERVAL_MS).unref()
  check()
  return () => clearInterval(timer)
}
