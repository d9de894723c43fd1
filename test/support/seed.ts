const MOST = 2 ** 31 - 1

/** The seed of MILLRACE_SEED, which repeats a run; else `fallback`, by default another number each time. */
export function seedOfRun(fallback = Date.now() % 1_000_000): number {
  const given = process.env.MILLRACE_SEED
  if (given === undefined) return fallback
  const seed = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (seed <= MOST) return seed
  throw new Error(`MILLRACE_SEED must be an integer from 0 to ${MOST}; received '${given}'`)
}
