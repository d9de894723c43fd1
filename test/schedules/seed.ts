import { seedOfRun } from '../support/seed.ts'

/** MILLRACE_SEED; else the date as a number, so that every day's runs differ and yet can be run again. */
export function seedOfDay(): number {
  return seedOfRun(Number(new Date().toISOString().slice(0, 10).replaceAll('-', '')))
}
