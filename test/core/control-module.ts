import { buildCore } from '../../scripts/build-core.ts'

/** Iterations of the loop in the control module: some microseconds, like a copy of a few KiB. */
const ITERATIONS = 2000

const WINDOWS = {
  put: ['if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY', 'load(TAIL)'],
  take: ['if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY\n  empty(slot, entry)', 'load(HEAD)'],
} as const

/**
 * Builds a wrong module: it has a loop between the exchange of the position and the publication of the slot,
 * where V8 may interrupt the thread. If kills did not tear this module, they would prove nothing about the
 * real one.
 */
export async function buildControl(operation: 'put' | 'take'): Promise<Uint8Array> {
  const [line, read] = WINDOWS[operation]
  let rewritten = 0
  const bytes = await buildCore((file, text) => {
    if (file !== 'operations/ring.ts') return text
    const parts = text.split(line)
    rewritten = parts.length - 1
    // The loop reads shared memory, so no compiler may remove or unroll it.
    return parts.join(`${line}\n  for (let pass: i32 = 0; pass < ${ITERATIONS}; pass++) ${read}`)
  })
  if (rewritten !== 1) throw new Error(`the window of ${operation} is not where it was: ring.ts has changed`)
  return bytes
}
