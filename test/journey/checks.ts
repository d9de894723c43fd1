import { expect } from 'vitest'
import { PITFALLS } from './checks-of-pitfalls.ts'
import { PRINCIPLES } from './checks-of-principles.ts'

/** Checks of what a step prints. The blocks of docs/journey.md must pass them, too. */
export const CHECKS: Readonly<Record<string, (output: string) => void>> = {
  '01-shared-buffer.ts'(output) {
    const lines = linesOf(output)
    expect(lines.at(-1)).toBe('12 baked, 12 bought, 0 left')
    const waits = lines.slice(0, 3).sort()
    expect(waits).toEqual([1, 2, 3].map((number) => `customer ${number}  waits: empty`))
    const shelf: string[] = []
    for (const line of lines.slice(3, -1)) {
      const [, who = '', does = '', loaf = ''] =
        /^(baker|customer) \d +(?:(puts|takes) (\d0\d), level \d|waits: (?:full|empty))$/.exec(line) ?? []
      expect(who, line).not.toBe('')
      if (does === 'puts') shelf.push(loaf)
      if (does === 'takes') expect(shelf.shift(), line).toBe(loaf)
      if (does !== '') expect(line).toContain(`, level ${shelf.length}`)
      else expect(shelf, line).toHaveLength(who === 'baker' ? 3 : 0)
      expect(shelf.length).toBeLessThanOrEqual(3)
    }
    const put = [...output.matchAll(/puts (\d+)/g)].map(([, loaf]) => loaf).sort()
    expect(put).toEqual([1, 2].flatMap((baker) => [1, 2, 3, 4, 5, 6].map((loaf) => `${baker}0${loaf}`)))
  },

  '02-if-for-while.ts'(output) {
    const [, right = '', wrong = ''] = /^with while:\n([\s\S]*)with if:\n([\s\S]*)$/.exec(output) ?? []
    expect(right).toMatch(/ {2}baked 1 2 3 4, sold 1 2 3 4, the shelf says 0\n$/)
    expect(right.match(/waits: empty/g)).toHaveLength(3)
    expect(right).not.toContain('-1')
    expect(wrong).toMatch(/ takes 3, level 0\n .* takes 2, level -1\n .* puts 4, level 0\n/)
    expect(wrong.match(/waits: empty/g)).toHaveLength(2)
    expect(wrong).toMatch(/ {2}baked 1 2 3 4, sold 1 2 2 3, the shelf says 0\n {2}sold twice: 2; lost: 4\n$/)
  },

  '03-flow-control.ts'(output) {
    const [first, ...lines] = linesOf(output)
    expect(first).toBe('a customer, 25 ms a loaf; a shelf with room for 8')
    expect(lines[0]).toMatch(/^fast baker, 5 ms a loaf: level up to [1-8]; sold a loaf each \d+ ms$/)
    expect(lines[2]).toMatch(/^slow baker, 50 ms a loaf: level up to [1-8]; sold a loaf each \d+ ms$/)
    for (const line of [lines[1], lines[3]]) expect(line).toMatch(/^ {2}\|[ ▁▂▃▄▅▆▇█]{20,}\|$/)
    expect(lines[4]).toMatch(/^chart: .+\.svg$/)
    expect(lines).toHaveLength(5)
  },

  '04-queue.ts'(output) {
    const lines = linesOf(output)
    expect(lines.pop()).toBe('sold out: 0 on the shelf, 0 not finished')
    const loaves = [1, 2].flatMap((baker) => [1, 2, 3, 4, 5, 6].map((number) => `loaf ${baker}.${number}`))
    const found = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).sort()
    expect(found(/^baker \d {5}baked (loaf \d\.\d)$/)).toEqual(loaves)
    expect(found(/^customer [123] {2}bought (loaf \d\.\d), [0-3] on the shelf$/)).toEqual(loaves)
    expect(lines).toHaveLength(24)
  },

  '05-timeouts.ts'(output) {
    const [full = '', ...lines] = linesOf(output)
    expect(full).toMatch(/^ERR_QUEUE_FULL: queue 'shelf' stayed full for \d+ ms \(maxsize 2, 2 queued\)$/)
    expect(lines).toEqual([
      'impatient customer bought loaf 1',
      'impatient customer bought loaf 2',
      'impatient customer leaves: ERR_QUEUE_EMPTY',
      'the baker was late: 2 loaves on the shelf, and no customer',
      ...[4, 5, 6].map((number) => `patient customer bought loaf ${number}`),
      'bought: 2 by the impatient customer, 3 by the patient one, 0 left',
    ])
  },

  '06-task-done-and-join.ts'(output) {
    expect(linesOf(output)).toEqual([
      'guest took loaf 1: 0 on the shelf, 1 unfinished',
      'join: ERR_WAIT_TIMEOUT',
      'guest: has eaten, calls taskDone',
      'join: returns, 0 unfinished',
      'three threads: join returns when 30 of 30 loaves are eaten',
    ])
  },

  '07-priorities.ts'(output) {
    const lines = linesOf(output)
    const made = [1, 2].map((thread) =>
      [1, 2, 3, 1, 2, 3, 1].map((level, index) => `P${thread}-${index + 1}(${level})`),
    )
    expect(lines.slice(0, 2)).toEqual(made.map((orders) => `put:    ${orders.join(' ')}`))
    const served = /^served: (.*)$/.exec(lines[2] ?? '')?.[1]?.split(' ') ?? []
    const levelsOf = (orders: string[]) => orders.map((order) => /\((\d)\)$/.exec(order)?.[1]).join('')
    expect(levelsOf(served)).toBe('11111122223333')
    for (const [index, orders] of made.entries())
      for (const level of [1, 2, 3]) {
        const own = (all: readonly string[]) =>
          all.filter((order) => order.startsWith(`P${index + 1}-`) && order.endsWith(`(${level})`))
        expect(own(served)).toEqual(own(orders))
      }
    expect(lines.slice(3)).toEqual([
      'without ageing: new(1) old(3)',
      'with ageing, 20 ms a step: old(3) new(1)',
    ])
  },

  ...PRINCIPLES,
  ...PITFALLS,
}

function linesOf(output: string): string[] {
  expect(output.endsWith('\n')).toBe(true)
  return output.slice(0, -1).split('\n')
}
