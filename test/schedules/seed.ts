/** MILLRACE_SEED; else the date as a number, so that every day's runs differ and yet can be run again. */
export function seedOfRun(): number {
  const given = process.env.MILLRACE_SEED
  if (given === undefined) return Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''))
  const seed = Number(given)
  if (!Number.isSafeInteger(seed)) throw new Error(`MILLRACE_SEED must be an integer; received ${given}`)
  return seed
}
