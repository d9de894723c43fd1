import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clock } from '../../src/clock.ts'
import { type PipelineStats, pipeline, progressBar } from '../../src/pipelines/index.ts'
import { until } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'

const NONE: PipelineStats = {
  ...{ read: 0, inFlight: 0, done: 0, failed: 0, skipped: 0, rate: 0, elapsed: 0, threads: 2, stages: [] },
  total: undefined,
  eta: undefined,
}

/** A run of which the test says how far it is. */
class Run extends EventEmitter {
  #stats = NONE

  stats(): PipelineStats {
    return this.#stats
  }

  at(stats: Partial<PipelineStats>, event: 'progress' | 'end' = 'progress'): void {
    this.#stats = { ...this.#stats, ...stats }
    this.emit(event, this.#stats)
  }
}

/** Clears a line of a terminal to the right. */
const CLEAR = '\x1b[K'

class Screen {
  text = ''
  readonly isTTY: boolean
  readonly columns: number

  constructor({ isTTY, columns = 100 }: { readonly isTTY: boolean; readonly columns?: number }) {
    this.isTTY = isTTY
    this.columns = columns
  }

  write(text: string): void {
    this.text += text
  }

  /** The last line as a terminal shows it. */
  get line(): string {
    const line = this.text.slice(this.text.lastIndexOf('\n') + 1)
    return line.slice(line.lastIndexOf('\r') + 1).replaceAll(CLEAR, '')
  }
}

describe('progressBar on a stream that is no terminal', () => {
  let now = 0
  const { now: original } = clock
  beforeEach(() => {
    now = 0
    clock.now = () => now
  })
  afterEach(() => {
    clock.now = original
  })

  it('writes a line every 10 s, and one at the end', () => {
    const [run, stream] = [new Run(), new Screen({ isTTY: false })]
    progressBar(run, { stream })
    for (; now < 25_000; now += 250) run.at({ done: now * 10, rate: 10_000, elapsed: now })
    expect(stream.text).toBe('100,000 items, 10,000 a second\n200,000 items, 10,000 a second\n')
    run.at({ done: 250_000, elapsed: 25_000 }, 'end')
    expect(stream.text.split('\n').slice(2)).toEqual(['250,000 items in 25 s, 10,000 a second', ''])
  })

  it('says how many are left where the total is known', () => {
    const [run, stream] = [new Run(), new Screen({ isTTY: false })]
    progressBar(run, { stream, unit: 'pages' })
    now = 10_000
    run.at({ done: 1200, total: 5000, rate: 400, eta: 9500 })
    now = 20_000
    run.at({ done: 1400, total: 5000, rate: 4, eta: 900_000, failed: 3, skipped: 3 })
    now = 30_000
    run.at({ done: 1401, total: 5000, rate: 0.1, eta: 7_500_000, failed: 4 })
    expect(stream.text.split('\n').slice(0, 3)).toEqual([
      '1,200 of 5,000 pages (24 %), 400 a second, 9.5 s left',
      '1,400 of 5,000 pages (28 %), 4 a second, 15 min 0 s left, 3 skipped',
      '1,401 of 5,000 pages (28 %), 0 a second, 2 h 5 min left, 4 failed',
    ])
  })

  it('takes the total of its options, and computes what is left', () => {
    const [run, stream] = [new Run(), new Screen({ isTTY: false })]
    progressBar(run, { stream, total: 2000 })
    now = 10_000
    run.at({ done: 500, rate: 100 })
    expect(stream.text).toBe('500 of 2,000 items (25 %), 100 a second, 15 s left\n')
  })
})

describe('progressBar on a terminal', () => {
  it('draws a bar on one line, and a line in words at the end', async () => {
    const [run, stream] = [new Run(), new Screen({ isTTY: true })]
    progressBar(run, { stream })
    run.at({ done: 50, total: 200, rate: 10, eta: 15_000 })
    await until(() => stream.line !== '', 'the bar')
    expect(stream.line).toBe('██████░░░░░░░░░░░░░░░░░░ 50 of 200 items (25 %), 10 a second, 15 s left')
    expect(stream.text.split('\r')).toHaveLength(2)
    run.at({ done: 100, eta: 10_000 })
    expect(stream.line).toBe('████████████░░░░░░░░░░░░ 100 of 200 items (50 %), 10 a second, 10 s left')
    run.at({ done: 200, elapsed: 20_000 }, 'end')
    const lines = stream.text.split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]?.split(CLEAR).at(-1)).toBe('200 items in 20 s, 10 a second')
    const { text } = stream
    run.at({ done: 201 })
    expect(stream.text).toBe(text)
  })

  it.each([
    [40, '██████░░░░░░░░░░░░░░░░░░ 50 of 200 item'],
    [0, '██████░░░░░░░░░░░░░░░░░░ 50 of 200 items (25 %), 10 a second, 15 s left'],
  ])('stays on its line where that has %i columns', async (columns, line) => {
    const [run, stream] = [new Run(), new Screen({ isTTY: true, columns })]
    progressBar(run, { stream })
    run.at({ done: 50, total: 200, rate: 10, eta: 15_000 })
    await until(() => stream.line !== '', 'the bar')
    expect(stream.line).toBe(line)
    run.at({}, 'end')
  })

  it('draws no bar while the total is unknown', async () => {
    const [run, stream] = [new Run(), new Screen({ isTTY: true })]
    progressBar(run, { stream })
    run.at({ done: 50, rate: 10 })
    await until(() => stream.line !== '', 'the text')
    expect(stream.line).toBe('50 items, 10 a second')
    run.at({}, 'end')
  })

  it('changes no setting of the terminal, and never moves to another line', async () => {
    const [run, stream] = [new Run(), new Screen({ isTTY: true })]
    progressBar(run, { stream })
    run.at({ done: 50, total: 200 })
    await until(() => stream.line !== '', 'the bar')
    run.at({ done: 51 })
    run.at({ done: 52 }, 'end')
    const sequences = stream.text.split('\x1b').slice(1)
    expect(sequences.filter((sequence) => !sequence.startsWith('[K'))).toEqual([])
    expect(sequences.length).toBeGreaterThan(2)
  })

  it('shows the line only if the run is over before the bar is loaded', async () => {
    const [run, stream] = [new Run(), new Screen({ isTTY: true })]
    progressBar(run, { stream })
    run.at({ done: 1 })
    run.at({ done: 1, elapsed: 2 }, 'end')
    await import('cli-progress')
    await new Promise((resolve) => setImmediate(resolve))
    expect(stream.text).toBe('1 items in 0.0 s, 500 a second\n')
  })
})

describe('progressBar', () => {
  it.each<[args: unknown[], message: string]>([
    [[undefined], 'run must be a ParallelRun or a pipeline; received undefined'],
    [[[1, 2]], 'run must be a ParallelRun or a pipeline; received object'],
    [[new Run(), { totl: 3 }], 'options.totl is not a known option: did you mean total?'],
    [[new Run(), { total: -1 }], 'options.total must be an integer from 0 to 9007199254740991; received'],
    [[new Run(), { total: '5' }], 'options.total must be an integer from 0'],
    [[new Run(), { unit: 5 }], 'options.unit must be a string; received number 5'],
    [[new Run(), { stream: {} }], 'options.stream must be a Writable; received object {}'],
  ])('refuses %j', (args, message) => {
    expect(() => progressBar(...(args as Parameters<typeof progressBar>))).toThrow(message)
  })
})

describe('progressBar of a real run', () => {
  it('writes its line when the run is over, whether it was read to its end, broken off, or has failed', async () => {
    const read = new Screen({ isTTY: false })
    const run = pipeline([1, 2, 3]).map((item: number) => item)
    progressBar(run, { stream: read })
    await run.toArray()
    expect(read.text).toMatch(/^3 items in 0\.\d s, [\d,]+ a second\n$/)

    const broken = new Screen({ isTTY: false })
    const second = pipeline([1, 2, 3]).map((item: number) => item)
    progressBar(second, { stream: broken })
    for await (const _ of second) break
    expect(broken.text).toMatch(/^\d items in [^\n]+\n$/)

    const failed = new Screen({ isTTY: false })
    const third = pipeline([1, 2, 3]).map((item: number) => {
      if (item === 2) throw new Error('two')
      return item
    })
    progressBar(third, { stream: failed })
    await expect(third.toArray()).rejects.toThrow('two')
    expect(failed.text).toMatch(/^\d items in .*, 1 failed\n$/)
  })

  it('loads cli-progress for a terminal only, and only once there is progress', async () => {
    const { code, stdout, stderr } = await runProcess(`
      import { createRequire } from 'node:module'
      const isLoaded = () => Object.keys(createRequire('/').cache).some((file) => file.includes('cli-progress'))
      const run = millrace.pipeline([1, 2, 3]).map((item) => item)
      millrace.progressBar(run)
      await run.toArray()
      console.log(isLoaded())
    `)
    expect([code, stdout]).toEqual([0, 'false\n'])
    expect(stderr).toMatch(/^3 items in /)
  })
})
