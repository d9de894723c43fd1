import { expect } from 'vitest'

const ORDERS = Array.from({ length: 60 }, (_, index) => index + 1)

/** The order in which one consumer serves 60 orders, by kind of queue. */
const SERVED: Readonly<Record<string, number[]>> = {
  'first in, first out': ORDERS,
  'last in, first out': ORDERS.toReversed(),
  'by priority': [0, 1, 2].flatMap((rest) => ORDERS.filter((id) => id % 3 === rest)),
}

export const PRINCIPLES: Readonly<Record<string, (output: string) => void>> = {
  '09-separation-of-concerns.ts'(output) {
    const [heads, ...lines] = output.split('\n')
    expect(heads).toBe('queue                producers consumers  made served  the first served')
    const rows = lines.slice(0, 6).map((line) => /^(\D+?) +(\d) +(\d) +60 +60 +([\d ]+)$/.exec(line) ?? [])
    const kinds = Object.keys(SERVED)
    expect(rows.map(([, kind]) => kind)).toEqual([...kinds, ...kinds])
    expect(rows.map((row) => `${row[2]}${row[3]}`)).toEqual(['11', '11', '11', '22', '22', '22'])
    const first = rows.map((row) => row[4]?.trim().split(/ +/).map(Number) ?? [])
    expect(first.slice(0, 3)).toEqual(kinds.map((kind) => SERVED[kind]?.slice(0, 6)))
    expect(new Set(first[5]?.map((id) => id % 3))).toEqual(new Set([0]))
    expect(lines.slice(6)).toEqual(['every order was served exactly once', ''])
  },

  '10-rates.ts'(output) {
    const [heads, ...lines] = output.split('\n')
    expect(heads).toMatch(/^ +maxsize +put +taken +put at +taken at +largest$/)
    const [, alone] = /^producer alone +20000 +20000 +0 +(\d+)\/s +- +20000$/.exec(lines[0] ?? '') ?? []
    for (const [line, name, items] of [
      [lines[1], 'one slow consumer', 200],
      [lines[2], 'two slow consumers', 400],
    ] as const) {
      const [, rate, largest] =
        new RegExp(`^${name} +8 +${items} +${items} +(\\d+)/s +\\d+/s +(\\d+)$`).exec(line ?? '') ?? []
      // Alone it is hundreds of times as fast, so that this is also true on a busy machine.
      expect(Number(rate), line).toBeLessThan(Number(alone))
      expect(Number(largest), line).toBeGreaterThan(0)
      expect(Number(largest)).toBeLessThanOrEqual(8)
    }
    expect(lines.slice(3)).toEqual(['the queue never held more than its maxsize', ''])
  },

  '11-scalability.ts'(output) {
    const [first, heads, ...lines] = output.split('\n')
    const [, cores] = /^the best of 5 rounds with 120 items each, on (\d+) cores$/.exec(first ?? '') ?? []
    expect(heads).toBe('consumers     items     times')
    const rows = lines.slice(0, -2).map((line) => /^ +(\d+) +[1-9]\d*\/s +([\d.]+) +(#*)$/.exec(line) ?? [])
    const counts = [1, 2, 4, 8, 16].filter((count) => count <= 2 * Number(cores))
    expect(rows.map((row) => Number(row[1]))).toEqual(counts)
    // The bars are of the throughput before it was rounded to hundredths.
    for (const [, , times, bar] of rows)
      expect(Math.abs(Number(times) * 20 - (bar?.length ?? 0))).toBeLessThan(1.2)
    expect(rows[0]?.[2]).toBe('1.00')
    expect(lines.at(-2)).toMatch(/^chart: .+\.svg$/)
    expect(lines.at(-1)).toBe('')
  },

  '12-resilience.ts'(output) {
    for (const [kill, death] of [
      [/^consumer (\d) calls process.exit\(7\) in the middle of item 50$/m, 'exit code 7'],
      [/^consumer (\d) allocates without end at item 150$/m, 'its memory is used up'],
      [/^consumer (\d) calls process.exit\(8\) after the result of item 250,/m, 'exit code 8'],
    ] as const) {
      const [, consumer] = kill.exec(output) ?? []
      const [, before, after = ''] =
        new RegExp(`^([^]*\nthe thread of consumer ${consumer} has died: ${death}\n)([^]*)$`).exec(output) ??
        []
      expect(before, death).toMatch(kill)
      expect(after).toMatch(new RegExp(`^consumer ${consumer} is started again$`, 'm'))
    }
    expect(output.match(/ is started again$/gm)).toHaveLength(3)
    expect(output).toMatch(
      /\n3 restarts; 0 items unfinished\n300 put = 300 done \+ 0 lost; with two results: 250\n$/,
    )
  },
}
