import { expect } from 'vitest'

/** Checks that each of two threads holds an item of one queue, and waits for `side` at the other queue. */
function checkCrossing(text: string, names: readonly [string, string], queued: string, side: string): void {
  const [one, other] = names.map((name) =>
    new RegExp(
      `^  ${name}: ${queued}, \\d unfinished; thread (\\d+) holds 1, thread (\\d+) waits to ${side}$`,
      'm',
    ).exec(text),
  )
  expect(one, text).not.toBeNull()
  expect([other?.[2], other?.[1]], text).toEqual([one?.[1], one?.[2]])
  expect(one?.[1]).not.toBe(one?.[2])
}

export const PITFALLS: Readonly<Record<string, (output: string) => void>> = {
  '13-forgotten-task-done.ts'(output) {
    expect(output.replace(/thread \d+/, 'thread N').split('\n')).toEqual([
      'forgotten taskDone() words 2 2 3; ERR_WAIT_TIMEOUT',
      "  queue 'lines' still has 2 unfinished items",
      '  lines: 0 of 1024 queued, 2 unfinished; thread N holds 2 and waits to get',
      '  its thread has ended, and 2 lines came back',
      'a loop               words 3; join() ended',
      'take() and done()    words 2 2 3; join() ended',
      'consume()            words 2 2 3; join() ended',
      '',
    ])
  },

  '14-waiting-for-ever.ts'(output) {
    expect(output.replace(/thread \d+/g, 'thread N').split('\n')).toEqual([
      'no timeout             join(): ERR_WAIT_TIMEOUT',
      '  orders: 0 of 1024 queued, 0 unfinished; thread N waits to get',
      '  shelf: 1 of 1 queued, 1 unfinished; thread N waits to put',
      'stop() of the get      the thread has ended',
      'shutdown() of the put  ERR_QUEUE_SHUT_DOWN',
      'timeout                ERR_QUEUE_EMPTY, ERR_QUEUE_FULL',
      'signal                 ABORT_ERR',
      'on the main thread     ERR_BLOCKING_MAIN_THREAD',
      'left waiting           0',
      '',
    ])
  },

  '15-leaks.ts'(output) {
    const [answers, leaky, closed, ...lines] = output.split('\n')
    expect(answers).toBe('answers 25 25')
    const portsOf = (line: string | undefined, what: string, threads: number) => {
      const [, ports] =
        new RegExp(`^${what} +${threads} threads at work, (\\d+) active ports$`).exec(line ?? '') ?? []
      expect(ports, line).toBeDefined()
      return Number(ports)
    }
    const leaked = portsOf(leaky, '2 requests that leak', 4)
    expect(leaked).toBeGreaterThanOrEqual(4)
    // A port that has just been closed counts for a moment.
    expect(portsOf(closed, 'after close\\(\\)', 0)).toBeLessThan(leaked)
    expect(lines[0]).toBe('answers 25 failed after 25')
    expect(portsOf(lines[1], '2 requests with await using', 0)).toBeLessThan(leaked)
    expect(lines.slice(2)).toEqual([''])
  },

  '16-deadlock-of-full-queues.ts'(output) {
    const lines = output.split('\n')
    expect(lines[0]).toBe('crossed: both wait for room')
    checkCrossing(output, ['urls', 'pages'], '4 of 4 queued', 'put')
    const gaveUp = lines.slice(3, 5).map((line) => /^ {2}(\w+): (\w+)$/.exec(line) ?? [])
    expect(gaveUp.map(([, name]) => name).sort()).toEqual(['fetcher', 'parser'])
    // The group that gives up first shuts down the queue that it took from.
    expect(gaveUp[0]?.[2]).toBe('ERR_QUEUE_FULL')
    expect(gaveUp[1]?.[2]).toMatch(/^ERR_QUEUE_(?:FULL|SHUT_DOWN)$/)
    expect(lines[5]).toMatch(/^ {2}not finished: [1-9] addresses, [1-9] pages$/)
    expect(lines.slice(6)).toEqual(['one way: 200 of 200 pages parsed', ''])
  },

  '17-deadlock-of-orders.ts'(output) {
    const lines = output.split('\n')
    expect(lines[0]).toBe('opposite orders: each holds what the other waits for')
    checkCrossing(output, ['knife', 'board'], '0 of 1024 queued', 'get')
    const cooks = lines.slice(3, 5)
    // When one gives up, what it held comes free, and the other may still be in time.
    expect(cooks.join('\n')).toContain(': gave up after 0 dishes: ERR_QUEUE_EMPTY')
    for (const cook of cooks)
      expect(cook).toMatch(/^ {2}cook [12]: (?:gave up after \d+ dishes: ERR_QUEUE_EMPTY|1000 dishes)$/)
    expect(lines.slice(5)).toEqual(['the same order', '  cook 1: 1000 dishes', '  cook 2: 1000 dishes', ''])
  },
}
