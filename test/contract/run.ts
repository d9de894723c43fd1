import { main, script, text } from '../../scripts/command-line.ts'
import { KINDS } from './kinds.ts'
import { check, LEFT_OUT, THEMES } from './suite.ts'
import { endThreads } from './threads.ts'
import { CONTEXTS } from './trial.ts'

const SCRIPT = script({
  command: 'npm run conformance --',
  does: "Prints which behaviours of CPython's and JSR-166's queues each kind of queue has, and in which contexts.",
  options: {
    only: text('behaviours that have this in theme, source or fact, such as shutdown', '', 'all behaviours'),
  },
  example: '--only shutdown',
  exit: ['every behaviour that applies was found', 'a behaviour failed, or none was chosen'],
})

await main(SCRIPT, async ({ only }) => {
  const began = performance.now()
  const failures: string[] = []
  const reasons = new Set<string>()
  const behaviours = { CPython: 0, 'JSR-166': 0 }
  const totals = { passed: 0, failed: 0, 'not applicable': 0, runs: 0 }

  const WIDTH = 10
  const columns = KINDS.flatMap((kind) => CONTEXTS.map((context) => ({ kind, context })))
  const row = (texts: readonly string[], rest: string) =>
    console.log(texts.map((text) => text.padEnd(WIDTH)).join('') + rest)
  row(
    columns.map(({ kind }, index) => (index % CONTEXTS.length === 0 ? kind.name : '')),
    '',
  )
  row(
    columns.map(({ context }) => context),
    'in how many runs it passed',
  )

  for (const { name, behaviours: all } of THEMES) {
    const chosen = all.filter(({ source, fact }) => `${name} ${source} ${fact}`.includes(only))
    if (chosen.length > 0) console.log(`\n${name}`)
    for (const behaviour of chosen) {
      const { source, fact } = behaviour
      behaviours[source.startsWith('CPython') ? 'CPython' : 'JSR-166']++
      const results: string[] = []
      for (const { kind, context } of columns) {
        const reason = behaviour.notFor?.(kind, context)
        if (reason !== undefined) {
          totals['not applicable']++
          reasons.add(`${kind.name}, ${context}: ${source}: ${reason}`)
          results.push('-')
          continue
        }
        try {
          const runs = await check(behaviour, kind, context)
          totals.passed++
          totals.runs += runs
          results.push(String(runs))
        } catch (error) {
          totals.failed++
          failures.push(`${kind.name}, ${context}: ${fact}\n  ${(error as Error).message}`)
          results.push('FAILED')
        }
      }
      row(results, `${fact} (${source})`)
    }
  }
  await endThreads()

  console.log('\nnot applicable')
  for (const { tests, reason } of LEFT_OUT) console.log(`  ${tests}: ${reason}`)
  for (const reason of reasons) console.log(`  ${reason}`)
  for (const failure of failures) console.log(`\nFAILED ${failure}`)

  const { passed, failed, runs } = totals
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `\n${behaviours.CPython} behaviours of CPython and ${behaviours['JSR-166']} of JSR-166, ${KINDS.length} kinds, ${CONTEXTS.length} contexts: ` +
      `${passed} passed, ${failed} failed, ${totals['not applicable']} not applicable, in ${runs} runs and ${seconds} s`,
  )
  return failed > 0 || passed === 0 ? 1 : 0
})
