import { describe, expect, it } from 'vitest'
import { moduleBytes } from '../../src/core/module.ts'
import { buildControl } from './control-module.ts'
import { killInLoop, type LoopOptions } from './kill-in-loop.ts'

/** With MILLRACE_FULL=1, the number that the architecture page gives. */
const KILLS = process.env.MILLRACE_FULL === undefined ? 80 : 1500
const CONTROL_KILLS = 24

const LOOPS: readonly (readonly [name: string, options: LoopOptions, kills: number])[] = [
  ['a fifo queue that waits when it is full', { kind: 'fifo' }, KILLS],
  ['a lifo queue that waits when it is full', { kind: 'lifo' }, KILLS],
  ['a priority queue that waits when it is full', { kind: 'priority' }, KILLS],
  ['a fifo queue that drops its oldest item', { kind: 'fifo', drops: true }, KILLS / 2],
  ['a lifo queue that drops its oldest item', { kind: 'lifo', drops: true }, KILLS / 2],
  ['a queue from and to which they move several items at once', { loop: 'batches' }, KILLS / 2],
  ['a queue of which they fetch items ahead and revoke those of others', { loop: 'ahead' }, KILLS / 2],
]

describe('threads killed in the hot loop of put and take', () => {
  it.each(LOOPS)(
    'leave the memory whole of %s',
    async (name, options, kills) => {
      const report = await killInLoop(moduleBytes(), kills, options)
      console.log(`real module, ${name}`, report)
      expect(report).toMatchObject({ torn: 0, fault: undefined })
      // If few kills were inside an operation, the zero would mean nothing.
      expect(report.inOperation).toBeGreaterThan(kills / 10)
      if (options.loop !== undefined) expect(report.together).toBeGreaterThan(0)
      if (options.loop === 'ahead') expect(report.revoked).toBeGreaterThan(0)
    },
    300_000,
  )

  it.each([
    ['put', 'singly'],
    ['take', 'singly'],
    ['putBatch', 'batches'],
    ['takeBatch', 'batches'],
  ] as const)(
    'tear a module that has a loop in its %s',
    async (operation, loop) => {
      const report = await killInLoop(await buildControl(operation), CONTROL_KILLS, { loop })
      console.log(`control module, ${operation}`, report)
      expect(report.torn).toBeGreaterThan(0)
      expect(report.fault).toMatch(/torn|is in|nowhere/)
    },
    300_000,
  )
})
