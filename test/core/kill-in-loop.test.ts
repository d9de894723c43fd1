import { describe, expect, it } from 'vitest'
import { MODULE_BASE64 } from '../../src/core/module.ts'
import { buildControl } from './control-module.ts'
import { killInLoop } from './kill-in-loop.ts'

/** With MILLRACE_FULL=1, the number that the architecture page gives. */
const KILLS = process.env.MILLRACE_FULL === undefined ? 80 : 1500
const CONTROL_KILLS = 40

describe('threads killed in the hot loop of put and take', () => {
  it.each([
    ['fifo', 'waits', false],
    ['lifo', 'waits', false],
    ['priority', 'waits', false],
    ['fifo', 'drops its oldest item', true],
    ['lifo', 'drops its oldest item', true],
  ] as const)(
    'leave the memory of a %s queue whole that %s when it is full',
    async (kind, _whenFull, drops) => {
      const report = await killInLoop(
        Buffer.from(MODULE_BASE64, 'base64'),
        drops ? KILLS / 2 : KILLS,
        kind,
        drops,
      )
      console.log(`real module, ${kind}${drops ? ', drops' : ''}`, report)
      expect(report).toMatchObject({ torn: 0, fault: undefined })
      // If few kills were inside an operation, the zero would mean nothing.
      expect(report.inOperation).toBeGreaterThan(KILLS / 10)
    },
    300_000,
  )

  it.each(['put', 'take'] as const)(
    'tear a module that has a loop in its %s',
    async (operation) => {
      const report = await killInLoop(await buildControl(operation), CONTROL_KILLS)
      console.log(`control module, ${operation}`, report)
      expect(report.torn).toBeGreaterThan(0)
      expect(report.fault).toMatch(/torn|is in|nowhere/)
    },
    300_000,
  )
})
