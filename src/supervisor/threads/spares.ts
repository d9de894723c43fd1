import { availableParallelism } from 'node:os'
import { setLatest } from '../../latest.ts'
import { moduleVersion } from '../../loading/index.ts'
import { noteResting } from '../../queue/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import type { ThreadSettings } from './settings.ts'
import { Thread } from './thread.ts'

/** How long a thread is kept that runs nothing. */
const IDLE_MS = 10_000

/** The threads of this process that wait for a function to run. */
export interface SpareStats {
  /** Threads that are kept now, at most `os.availableParallelism()`. */
  readonly idle: number
  /** Runs so far that began on a kept thread. */
  readonly reused: number
  /**
   * Threads so far that could have been kept and were not, or no longer, by the reason: what the function had
   * left behind, say, or `unused for 10 s`.
   */
  readonly ended: Readonly<Record<string, number>>
}

interface Spare {
  readonly thread: Thread
  readonly timer: NodeJS.Timeout
}

/** Least recently used first. */
const spares: Spare[] = []
const ended = new Map<string, number>()
let reused = 0

/** @internal */
export function spareStats(): SpareStats {
  return { idle: spares.length, reused, ended: Object.fromEntries(ended) }
}

/**
 * A kept thread with these settings, and the module `filename` loaded if there is one; else a new thread.
 * @internal
 * @throws for settings that Node refuses
 */
export function takeThread(settings: ThreadSettings, filename: string): Thread {
  return takeSpare(settings.key, filename) ?? new Thread(settings)
}

function takeSpare(key: string, filename: string): Thread | undefined {
  const candidates = spares.filter(({ thread }) => thread.settings.key === key).reverse()
  const [best] = [...candidates.filter(({ thread }) => thread.modules.has(filename)), ...candidates]
  if (best === undefined) return undefined
  leave(best)
  const { thread } = best
  const hasChanged = [...thread.modules].some(([file, version]) => moduleVersion(file) !== version)
  if (thread.isFit && !hasChanged) {
    reused++
    return thread
  }
  endSpare(thread, hasChanged ? 'a changed module' : 'its death')
  return takeSpare(key, filename)
}

/**
 * Keeps a thread whose function has ended, for another function. If `unfit` says why it cannot run one, the
 * thread is ended. Resolves when all have exited that were ended for it.
 * @internal
 */
export async function giveBack(thread: Thread, unfit: string | undefined): Promise<void> {
  if (unfit !== undefined || !thread.isFit) {
    endSpare(thread, unfit ?? 'its death')
    return thread.exited
  }
  const timer = setTimeout(() => end(spare, `unused for ${IDLE_MS / 1000} s`), IDLE_MS).unref()
  const spare: Spare = { thread, timer }
  thread.rest(() => end(spare, 'its death'))
  noteResting(thread.id, true)
  spares.push(spare)
  const [oldest] = spares
  if (oldest === undefined || spares.length <= availableParallelism()) return
  end(oldest, 'too many')
  return oldest.thread.exited
}

function leave(spare: Spare): void {
  clearTimeout(spare.timer)
  noteResting(spare.thread.id, false)
  spares.splice(spares.indexOf(spare), 1)
}

function end(spare: Spare, reason: string): void {
  if (!spares.includes(spare)) return
  leave(spare)
  endSpare(spare.thread, reason)
}

function endSpare(thread: Thread, reason: string): void {
  setLatest(ended, reason, (ended.get(reason) ?? 0) + 1)
  thread.terminate()
}
