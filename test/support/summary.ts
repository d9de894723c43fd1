import type { Reporter, TestModule } from 'vitest/node'
import { Totals } from '../schedules/totals.ts'

/**
 * Prints the last lines: the explored schedules, if any; `N passed, N failed`, and the number skipped, if
 * any.
 */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    const totals = new Totals()
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed++
      for (const test of module.children.allTests()) {
        counts[test.result().state]++
        const { exploration, sampling } = test.meta()
        if (exploration !== undefined) totals.addExploration(exploration)
        if (sampling !== undefined) totals.addSampling(sampling)
      }
    }
    const skipped = counts.skipped + counts.pending
    // These lines follow the default reporter's own summary.
    process.on('exit', () => {
      for (const line of totals.lines(2)) console.log(line)
      console.log(
        `${counts.passed} passed, ${counts.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
      )
    })
  }
}
