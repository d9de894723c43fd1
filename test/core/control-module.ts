import { buildCore } from '../../scripts/build-core.ts'

/** Iterations of the loop in the control module: some microseconds, like a copy of a few KiB. */
const ITERATIONS = 2000

interface Window {
  readonly file: string
  /** The loop comes behind it. */
  readonly line: string
  readonly read: string
}

const WINDOWS = {
  put: {
    file: 'operations/ring.ts',
    line: 'if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY',
    read: 'load(TAIL)',
  },
  take: {
    file: 'operations/ring.ts',
    line: 'if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY\n  empty(slot, entry)',
    read: 'load(HEAD)',
  },
  putBatch: {
    file: 'operations/batch.ts',
    line: 'if (cas(TAIL, tail, tail + n * POSITION) !== tail) return BUSY',
    read: 'load(TAIL)',
  },
  takeBatch: {
    file: 'operations/batch.ts',
    line: 'const state = fetches ? FETCHED : HELD',
    read: 'load(HEAD)',
  },
} as const satisfies Record<string, Window>

/**
 * Builds a wrong module: it has a loop between the exchange of the position and the publication of the slot,
 * where V8 may interrupt the thread. If kills did not tear this module, they would prove nothing about the
 * real one.
 */
export async function buildControl(operation: keyof typeof WINDOWS): Promise<Uint8Array> {
  const { file, line, read } = WINDOWS[operation]
  let rewritten = 0
  const bytes = await buildCore((name, text) => {
    if (name !== file) return text
    const parts = text.split(line)
    rewritten = parts.length - 1
    // The loop reads shared memory, so no compiler may remove or unroll it.
    return parts.join(`${line}\n  for (let pass: i32 = 0; pass < ${ITERATIONS}; pass++) ${read}`)
  })
  if (rewritten !== 1) throw new Error(`the window of ${operation} is not where it was: ${file} has changed`)
  return bytes
}
