import type { Result } from '../rounds.ts'
import type { Header } from './header.ts'
import { leftOut } from './left-out.ts'
import type { Run, ScenarioResult } from './results.ts'
import { reached, summaries } from './statistics.ts'

export function reportJson(header: Header, results: readonly Result[]): string {
  const run: Run = { format: 1, header, leftOut: leftOut(), scenarios: results.map(scenarioResult) }
  return JSON.stringify(run, null, 2)
}

function scenarioResult(result: Result): ScenarioResult {
  const { name, title, picture, threads, baseline, target } = result.scenario
  const rows = summaries(result)
  return {
    name,
    group: name.split('/')[0] as string,
    title,
    picture,
    threads,
    baseline,
    unit: 'M items/s',
    better: 'more',
    ...(target === undefined ? {} : { target: { ...target, reached: reached(result, rows) ?? false } }),
    contenders: rows.map((row, index) => ({ ...row, values: result.contenders[index]?.rates ?? [] })),
  }
}
