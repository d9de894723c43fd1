import { clearTimeout, setTimeout } from '../../timers.ts'

/** ms that the closing of a source or a sink may take. A run that ends early waits no longer for it. */
const CLOSING_MS = 5000

/**
 * Calls `close`, and resolves once its promise does, at the latest after 5 s: then a warning with `code` says
 * `what` is still open. A later rejection is ignored. @throws what `close` throws
 */
export async function withinClosing(
  close: () => unknown,
  code: 'MILLRACE_SOURCE_OPEN' | 'MILLRACE_SINK_OPEN',
  what: () => string,
): Promise<void> {
  // The timer keeps the process alive: a pipeline whose source waits for nothing would never settle.
  let timer: NodeJS.Timeout | undefined
  const lapsed = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      process.emitWarning(`the run has ended, and ${what()} within ${CLOSING_MS / 1000} s: it is left open`, {
        code,
      })
      resolve()
    }, CLOSING_MS)
  })
  try {
    await Promise.race([call(close), lapsed])
  } finally {
    clearTimeout(timer)
  }
}

async function call(close: () => unknown): Promise<void> {
  await close()
}
