import type { ThreadGroup } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { millrace, mutations } from './library.ts'
import { type Setting, type Side, waits } from './users.ts'

export type Outcome =
  | { value: unknown }
  | { error: { name: string; code: string; cause?: { message: string } } }

/**
 * A user of whom one call can be interrupted: by an AbortSignal where it awaits; where it blocks, by the stop
 * of a supervised thread, since a blocked thread hears nothing else.
 */
export interface Interruptible {
  /** Begins the call. */
  begin(method: 'put' | 'get', given: unknown[], options?: { timeout: number }): void
  waits(side: Side): Promise<void>
  interrupt(): Promise<void>
  /** Makes a call that was interrupted before. */
  beginInterrupted(method: 'put' | 'get', given: unknown[], options?: { timeout: number }): Promise<void>
  outcome(): Promise<Outcome>
  end(): Promise<void>
}

export function interruptibleOnMain(setting: Setting): Interruptible {
  const queue = mutations.mutateQueue(setting.queue, setting.mutant)
  const controller = new AbortController()
  const { signal } = controller
  const enough = () => controller.abort(new Error('enough'))
  let outcome: Promise<Outcome>
  const run = async (method: 'put' | 'get', given: unknown[], options?: object): Promise<Outcome> => {
    try {
      const call = queue[method] as (...args: unknown[]) => Promise<unknown>
      return { value: await call.apply(queue, [...given, { ...options, signal }]) }
    } catch (error) {
      return { error: error as never }
    }
  }
  return {
    begin(...call) {
      outcome = run(...call)
    },
    waits: (side) => waits(setting, side, 0),
    interrupt: async () => enough(),
    async beginInterrupted(...call) {
      enough()
      outcome = run(...call)
    },
    outcome: () => within(outcome, 'the end of an interrupted call', setting.deadlineMs),
    end: async () => {},
  }
}

export function interruptibleInThread(setting: Setting): Interruptible {
  const { queue, mutant, deadlineMs } = setting
  const supervisor = new millrace.Supervisor({ grace: deadlineMs })
  let group: ThreadGroup<Outcome>
  const thread = () => supervisor.stats().groups[0]?.members[0]?.threadId ?? 0
  const spawn = (method: string, given: unknown[], options: object | undefined, isBefore: boolean) => {
    group = supervisor.spawn<unknown, Outcome>({
      filename: new URL('./fixtures/interruptible.mjs', import.meta.url),
      name: 'calls',
      args: { queue, mutant, method: `${method}Sync`, given, options, isBefore },
    })
    group.join().catch(() => {})
  }
  const interrupt = () => within(group.stop(), 'the stop', deadlineMs)
  return {
    begin: (method, given, options) => spawn(method, given, options, false),
    waits: (side) => waits(setting, side, () => thread() || -1),
    interrupt,
    async beginInterrupted(method, given, options) {
      spawn(method, given, options, true)
      await until(() => thread() > 0, 'a supervised thread runs', deadlineMs)
      await interrupt()
    },
    async outcome() {
      const [outcome] = await within(group.join(), 'the end of an interrupted call', deadlineMs)
      return outcome as Outcome
    },
    end: () => supervisor.destroy(),
  }
}
