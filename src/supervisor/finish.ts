import type { Group } from './group.ts'

/** How often the groups are looked at, in ms: nothing tells of a thread's first put or take. */
const LOOK = 20

/**
 * Lets what was queued be finished: who takes nothing is asked to stop, the others go on until their queues end. A
 * group that has neither put nor taken so far is left until it does either, for at most `grace` ms. When all have been
 * asked, nobody makes room for the others any more: they have `grace` ms from then. Returns what ends the watch.
 */
export function finish(running: () => readonly Group[], reason: unknown, grace: number): () => void {
  const decideBy = performance.now() + grace
  const look = () => {
    for (const group of running()) {
      const { use } = group
      if (use === 'takes nothing' || (use === 'undecided' && performance.now() >= decideBy)) {
        group.requestStop(reason)
      }
    }
    if (!running().every(({ isStopping }) => isStopping)) return
    clearInterval(timer)
    for (const group of running()) void group.stopWithin(reason, grace)
  }
  const timer = setInterval(look, LOOK).unref()
  look()
  return () => clearInterval(timer)
}
