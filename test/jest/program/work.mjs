import { setTimeout as sleep } from 'node:timers/promises'
import { Supervisor, threaded } from 'millrace'

export async function slow(_, thread) {
  Atomics.add(thread.args, 0, 1)
  await sleep(1000)
}

export const dies = (_, thread) => (thread.restarts === 0 ? process.exit(1) : thread.restarts)

export function stuck() {
  for (;;);
}

export function stuckOn(item) {
  if (item === 'bad') for (;;);
}

export const doubled = threaded(import.meta, (n) => n * 2)

/** Starts other threads. */
export async function starts({ queue, calls, filename }) {
  const supervisor = new Supervisor()
  supervisor.consume(queue, { filename, name: 'slow', args: calls, threads: 2 })
  await supervisor.join()
}
