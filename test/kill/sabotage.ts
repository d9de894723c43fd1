import type { Core } from '../../src/core/instance.ts'
import type { Queue } from '../../src/index.ts'

/** What can be broken in how this process recovers, so that the checks can be seen to find it. */
export const FAULTS = {
  /** Nothing of the dead is recovered. */
  'no recovery': (_core: Core): Partial<Core> => ({ takeOver: () => 0 }),
  /** What the dead held is finished, not given back. */
  dropping: (core: Core): Partial<Core> => ({
    requeue: (ledger: number, entry: number) => core.finish(ledger, entry),
  }),
} as const
export type Fault = keyof typeof FAULTS

export function spoil(queue: Queue<number>, fault: Fault): void {
  const registry = (globalThis as Record<symbol, unknown>)[Symbol.for('millrace')] as {
    attached: Map<string, { shared: { core: Core } }>
  }
  const attached = registry.attached.get(queue.handle.id)
  if (attached === undefined) throw new Error('the queue is not attached here')
  const { core } = attached.shared
  attached.shared.core = { ...core, ...FAULTS[fault](core) }
}
