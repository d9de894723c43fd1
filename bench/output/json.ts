import type { Run, ScenarioResult } from '../results.ts'
import type { Header } from './header.ts'

export function reportJson(
  header: Header,
  scenarios: readonly ScenarioResult[],
  leftOut: readonly string[],
): string {
  const run: Run = { format: 1, header, leftOut, scenarios }
  return JSON.stringify(run, null, 2)
}
