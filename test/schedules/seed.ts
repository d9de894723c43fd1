import { seedOfRun } from '../support/seed.ts'

/** MILLRACE_SEED, else the date as a number: runs differ from day to day, and can be repeated. */
export function seedOfDay(): number {
  return seedOfRun(Number(new Date().toISOString().slice(0, 10).replaceAll('-', '')))
}
