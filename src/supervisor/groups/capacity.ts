import { TooManyThreadsError } from '../../errors.ts'
import { isQueue, type Queue } from '../../queue/index.ts'
import { queuesOf } from './flow.ts'
import type { Group, GroupPlan } from './group.ts'

/** The groups of this thread that are not over, of all its supervisors. */
export const activeGroups = new Set<Group>()

/**
 * Asked before threads are started: whether those of `plan` find places at its queues, beside the threads of
 * other groups, attached or not yet, and beside all others that are attached.
 * @throws TooManyThreadsError
 */
export function refuseTooMany(plan: GroupPlan): void {
  for (const queue of attachedBy(plan)) refuseMore(queue, plan.task.threads)
}

/** Who attaches a queue attaches its dead letters. */
function attachedBy(plan: GroupPlan): Set<Queue<unknown>> {
  const found = new Set(queuesOf(plan))
  // A Set's iterator comes to what is added meanwhile, too.
  for (const { origin } of found) if (isQueue(origin.deadLetters)) found.add(origin.deadLetters)
  return found
}

function refuseMore(queue: Queue<unknown>, more: number): void {
  if (queue.isDetached) return
  const users = [...activeGroups].filter(({ plan }) => attachedBy(plan).has(queue))
  const members = users.flatMap((group) => group.members).filter(({ isOver }) => !isOver)
  const known = new Set(members.map(({ run }) => run?.thread))
  // A run that has not begun has the thread 0, which is the main thread's among those attached.
  known.delete(0)
  const others = queue.stats().threads.filter(({ thread }) => !known.has(thread))
  const total = others.length + members.length + more
  const { maxThreads } = queue.origin.shared.geometry
  if (total <= maxThreads) return
  throw new TooManyThreadsError(
    `${total} threads would be attached to ${queue.origin.label}: ${others.length + members.length} that are, or are being started, ` +
      `and ${more} more; its option maxThreads is ${maxThreads}`,
  )
}
