import type { Core } from '../../src/core/instance.ts'
import type { Queue } from '../../src/index.ts'

/** Faults in the recovery by this process, to show that the checks find them. */
export const FAULTS = {
  /** No ledger of a dead thread is taken over. */
  'no recovery': (_core: Core): Partial<Core> => ({ takeOver: () => 0 }),
  /** The items of a dead thread are finished, not requeued. */
  dropping: (core: Core): Partial<Core> => ({
    requeue: (ledger: number, entry: number) => core.finish(ledger, entry),
  }),
} as const
export type Fault = keyof typeof FAULTS

export function injectFault(queue: Queue<number>, fault: Fault): void {
  const registry = (globalThis as Record<symbol, unknown>)[Symbol.for('millrace')] as {
    attached: Map<string, { shared: { core: Core } }>
  }
  const attached = registry.attached.get(queue.handle.id)
  if (attached === undefined) throw new Error('the queue is not attached here')
  const { core } = attached.shared
  attached.shared.core = { ...core, ...FAULTS[fault](core) }
}
