import type { Result } from '../rounds.ts'
import type { Header } from './header.ts'
import { reached, summaries } from './statistics.ts'

/** Rates in M items/s. */
export function reportJson(header: Header, results: readonly Result[]): string {
  const scenarios = results.map((result) => {
    const { name, title, threads, baseline, target } = result.scenario
    const rows = summaries(result)
    const contenders = rows.map((row, index) => ({ ...row, rates: result.contenders[index]?.rates }))
    return {
      name,
      title,
      threads,
      baseline,
      ...(target === undefined ? {} : { target: { ...target, reached: reached(result, rows) } }),
      contenders,
    }
  })
  return JSON.stringify({ header, scenarios }, null, 2)
}
