import type { ScenarioResult } from '../results.ts'
import type { Header } from './header.ts'

export function reportJson(
  header: Header,
  scenarios: readonly ScenarioResult[],
  leftOut: readonly string[],
): string {
  return JSON.stringify({ format: 1, header, leftOut, scenarios }, null, 2)
}
