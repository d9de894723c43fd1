/** The deadline of every wait of a test. A wait beyond it fails with a name. */
export const DEADLINE_MS = 15_000

/** Resolves as `promise`, or rejects with an error that says what did not happen within `ms`. */
export async function within<T>(promise: Promise<T>, what: string, ms = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** Resolves once `condition` holds. Checks it every millisecond. */
export async function until(condition: () => boolean, what: string, ms = DEADLINE_MS): Promise<void> {
  const deadline = performance.now() + ms
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
