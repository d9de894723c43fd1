import { TooManyThreadsError } from '../../errors.ts'
import { type GroupQueue, internalsOf, isQueue } from '../../queue/index.ts'
import { takeShare } from '../threads/index.ts'
import type { Member } from './member.ts'
import { type GroupPlan, queuesOf } from './plan.ts'

interface ActiveGroup {
  readonly plan: GroupPlan
  readonly members: readonly Member[]
}

/** The groups of this thread that are not over, of all its supervisors. */
export const activeGroups = new Set<ActiveGroup>()

/**
 * Checks before a group is started that its queues have room for its threads: beside the threads of other
 * groups, whether attached or not yet, and beside all other threads that are attached.
 * @throws TooManyThreadsError
 */
export function refuseTooMany(plan: GroupPlan): void {
  for (const queue of attachedBy(plan)) refuseMore(queue, plan.task.threads)
}

/**
 * The plan with as many threads as are free of those that the process shares, at least one, and at most
 * `room`. A plan whose number of threads was given stays as it is. The caller returns the share.
 */
export function withShare(plan: GroupPlan, room: number): GroupPlan {
  if (plan.share === 0) return plan
  const threads = takeShare(Math.min(plan.task.threads, Math.max(1, room)), 1)
  return { ...plan, task: { ...plan.task, threads }, share: threads }
}

/** The queues that a thread of the group attaches. With each queue it attaches its dead-letter queue. */
function attachedBy(plan: GroupPlan): Set<GroupQueue> {
  const found = new Set(queuesOf(plan))
  // The iterator of a Set also visits what is added meanwhile.
  for (const queue of found) {
    const letters = internalsOf(queue).deadLetters?.queue
    if (isQueue(letters)) found.add(letters)
  }
  return found
}

function refuseMore(queue: GroupQueue, more: number): void {
  const { isDetached, label, maxThreads } = internalsOf(queue)
  if (isDetached) return
  const users = [...activeGroups].filter(({ plan }) => attachedBy(plan).has(queue))
  const members = users.flatMap((group) => group.members).filter(({ isOver }) => !isOver)
  const known = new Set(members.map(({ run }) => run?.thread))
  // A run that has not begun has the thread 0, which is the main thread's among those attached.
  known.delete(0)
  const others = queue.stats().threads.filter(({ thread }) => !known.has(thread))
  const present = others.length + members.length
  if (present + more <= maxThreads) return
  throw new TooManyThreadsError(
    `${present + more} threads would be attached to ${label}: ${present} that are, or are being started, ` +
      `and ${more} more; its option maxThreads is ${maxThreads}`,
  )
}
