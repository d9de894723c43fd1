import { describe, expect, it } from 'vitest'
import type { SupervisorOptions, ThreadTask } from '../../src/index.ts'
import { fixture, millrace, saying, supervisor } from './scene.ts'

const TYPE = ['TypeError', 'ERR_INVALID_ARG_TYPE'] as const
const VALUE = ['TypeError', 'ERR_INVALID_ARG_VALUE'] as const
const RANGE = ['RangeError', 'ERR_OUT_OF_RANGE'] as const
type Fault = [given: object, kind: readonly [name: string, code: string], ...words: string[]]

const LONGEST = '2147483647'

describe('an option of a supervisor', () => {
  const faults: Fault[] = [
    [{ name: 1 }, TYPE, 'options.name', 'string', 'number 1'],
    [{ maxThreads: '2' }, TYPE, 'options.maxThreads', 'from 1', "string '2'"],
    [{ maxThreads: 0 }, RANGE, 'options.maxThreads', 'from 1', 'number 0'],
    [{ maxThreads: 1.5 }, RANGE, 'options.maxThreads', 'integer', '1.5'],
    [{ signal: {} }, TYPE, 'options.signal', 'AbortSignal'],
    [{ signal: null }, TYPE, 'options.signal', 'AbortSignal', 'null'],
    [{ restart: true }, TYPE, 'options.restart', 'object', 'boolean true'],
    [{ restart: null }, TYPE, 'options.restart', 'object', 'null'],
    [{ restart: { max: -1 } }, RANGE, 'options.restart.max', `from 0 to ${LONGEST}`, '-1'],
    [{ restart: { max: '3' } }, TYPE, 'options.restart.max', `from 0 to ${LONGEST}`, "'3'"],
    [{ restart: { max: Number.NaN } }, RANGE, 'options.restart.max', 'NaN'],
    [{ restart: { within: 0 } }, RANGE, 'options.restart.within', `from 1 to ${LONGEST}`, 'number 0'],
    [{ restart: { within: null } }, TYPE, 'options.restart.within', `from 1 to ${LONGEST}`, 'null'],
    [{ restart: { backoff: -1 } }, RANGE, 'options.restart.backoff', `from 0 to ${LONGEST}`, '-1'],
    [{ restart: { backoff: '1' } }, TYPE, 'options.restart.backoff', `from 0 to ${LONGEST}`, "'1'"],
    [{ restart: { onThrow: 1 } }, TYPE, 'options.restart.onThrow', 'boolean', 'number 1'],
    [{ resourceLimits: 64 }, TYPE, 'options.resourceLimits', 'object', 'number 64'],
    [{ resourceLimits: { stackSizeMb: '4' } }, TYPE, 'options.resourceLimits.stackSizeMb', 'MB', "'4'"],
    [{ resourceLimits: { stackSizeMb: Number.NaN } }, RANGE, 'options.resourceLimits.stackSizeMb', 'NaN'],
    [{ resourceLimits: { codeRangeSizeMb: -5 } }, RANGE, 'options.resourceLimits.codeRangeSizeMb', '-5'],
    [{ resourceLimits: null }, TYPE, 'options.resourceLimits', 'object', 'null'],
    [{ grace: -1 }, RANGE, 'options.grace', `from 0 to ${LONGEST}`, '-1'],
    [{ grace: 2 ** 31 }, RANGE, 'options.grace', `from 0 to ${LONGEST}`, '2147483648'],
    [{ grace: '1' }, TYPE, 'options.grace', `from 0 to ${LONGEST}`, "'1'"],
    [{ handleSignals: 1 }, TYPE, 'options.handleSignals', 'boolean', 'number 1'],
  ]

  it.each<Fault>(faults)('is refused: %j', (given, kind, ...words) => {
    expect(() => new millrace.Supervisor(given as SupervisorOptions)).toThrow(saying(...kind, ...words))
  })

  it('must be in an object', () => {
    for (const given of ['options', 1, null]) {
      expect(() => new millrace.Supervisor(given as never)).toThrow(saying(...TYPE, 'options', 'object'))
    }
  })

  it('counts as absent if it is undefined', () => {
    const options = Object.fromEntries(
      ['name', 'maxThreads', 'signal', 'restart', 'resourceLimits', 'grace', 'handleSignals'].map((name) => [
        name,
        undefined,
      ]),
    )
    const restart = { max: undefined, within: undefined, backoff: undefined, onThrow: undefined }
    expect(supervisor(options).name).toBe('')
    expect(supervisor({ restart } as never).name).toBe('')
  })
})

/** An option that no one knows, and the words of its error. */
type Unknown = [given: object, ...words: string[]]

const unknownOptions: Unknown[] = [
  [{ maxThread: 1 }, 'options.maxThread is not a known option', 'did you mean maxThreads?'],
  [{ Grace: 1 }, 'options.Grace', 'did you mean grace?'],
  [{ handleSignal: true }, 'options.handleSignal', 'did you mean handleSignals?'],
  [{ retries: 1 }, 'options.retries', 'known are name, maxThreads, signal, restart, resourceLimits, grace'],
  [{ restart: { maximum: 1 } }, 'options.restart.maximum', 'known are max, within, backoff, onThrow'],
  [{ restart: { maxx: 1 } }, 'options.restart.maxx', 'did you mean max?'],
  [{ restart: { onthrow: true } }, 'options.restart.onthrow', 'did you mean onThrow?'],
  [{ resourceLimits: { stackSizeMB: 4 } }, 'options.resourceLimits.stackSizeMB', 'did you mean stackSizeMb?'],
  // Two are near: the nearer one is named.
  [
    { resourceLimits: { maxYungGenerationSizeMb: 4 } },
    'resourceLimits.maxYungGenerationSizeMb',
    'did you mean maxYoungGenerationSizeMb?',
  ],
]

describe('an unknown option', () => {
  it.each<Unknown>(unknownOptions)('of a supervisor is refused with the nearest: %j', (given, ...words) => {
    expect(() => new millrace.Supervisor(given as SupervisorOptions)).toThrow(saying(...VALUE, ...words))
  })

  it('counts as absent if it is undefined', () => {
    const none = { maxThread: undefined, restart: { maxx: undefined }, resourceLimits: { stack: undefined } }
    expect(supervisor(none as never).name).toBe('')
  })

  const queue = new millrace.Queue()
  const methods = {
    spawn: (given: object) => supervisor().spawn({ ...fixture('plain.mjs', 'echo'), ...given }),
    produce: (given: object) => supervisor().produce(queue, { ...fixture('plain.mjs', 'echo'), ...given }),
    consume: (given: object) => supervisor().consume(queue, { ...fixture('plain.mjs', 'echo'), ...given }),
  }

  describe.each(Object.entries(methods))('of a task of %s', (method, call) => {
    it.each<Unknown>([
      [{ thread: 2 }, 'task.thread is not a known option', 'did you mean threads?'],
      [{ fileName: 'a' }, 'task.fileName', 'did you mean filename?'],
      [{ export: 'a' }, 'task.export', 'known are filename, name, threads, args'],
      [{ retrys: 2 }, 'task.retrys', 'did you mean retries?'],
      [{ resumes: 'skip' }, 'task.resumes', 'did you mean resume?'],
      [{ close: queue }, 'task.close', 'did you mean closes?'],
    ])('is refused with the nearest: %o', (given, ...words) => {
      expect(() => call(given)).toThrow(saying(...VALUE, ...words))
    })

    it('counts as absent if it is undefined', async () => {
      if (method === 'spawn') await call({ thread: undefined, rateLimit: undefined }).stop()
      else expect(() => call({ thread: undefined, threads: 0 })).toThrow(saying(...RANGE, 'task.threads'))
    })
  })

  it.each([
    ['spawn', { resume: 'skip' }, 'produce'],
    ['spawn', { retries: 1 }, 'consume'],
    ['spawn', { closes: queue }, 'consume'],
    ['produce', { closes: queue }, 'consume'],
    ['produce', { concurrency: 2 }, 'consume'],
    ['consume', { resume: 'manual' }, 'produce'],
  ] as const)('is none that is for another method: %s %o', (method, given, other) => {
    const words = [`task.${Object.keys(given)[0]}`, `absent: it is for \`${other}\``]
    expect(() => methods[method](given)).toThrow(saying(...VALUE, ...words))
  })

  it.each<Unknown>([
    [{ thread: 2 }, 'options.thread is not a known option', 'did you mean threads?'],
    [{ retrys: 2 }, 'options.retrys', 'did you mean retries?'],
  ])('of `task` is refused with the nearest: %j', (given, ...words) => {
    const url = new URL('./fixtures/plain.mjs', import.meta.url)
    expect(() => millrace.task(url, 'echo', given as never)).toThrow(saying(...VALUE, ...words))
    expect(() => millrace.task(url)('echo', given as never)).toThrow(saying(...VALUE, ...words))
    expect(millrace.task(url, 'echo', { thread: undefined } as never).name).toBe('echo')
  })

  it.each<Unknown>([
    [{ timeOut: 1 }, 'options.timeOut is not a known option', 'did you mean timeout?'],
    [{ signals: 1 }, 'options.signals', 'did you mean signal?'],
    [{ within: 1 }, 'options.within', 'known are timeout, signal'],
  ])('of a join is refused with the nearest: %j', async (given, ...words) => {
    const one = supervisor()
    const group = one.spawn(fixture('plain.mjs', 'echo'))
    for (const each of [one, group]) {
      await expect(each.join(given as never)).rejects.toThrow(saying(...VALUE, ...words))
      await each.join({ timeOut: undefined } as never)
    }
  })
})

describe('an option of a task', () => {
  const good = fixture('plain.mjs', 'echo')
  const queue = new millrace.Queue({ maxInFlight: 8 })

  const common: Fault[] = [
    [{ filename: undefined }, TYPE, 'task.filename', 'absolute path', 'undefined'],
    [{ filename: 7 }, TYPE, 'task.filename', 'absolute path', 'number 7'],
    [{ filename: 'work.mjs' }, VALUE, 'task.filename', 'absolute path', "'work.mjs'"],
    [
      { filename: new URL('https://localhost/work.mjs') },
      VALUE,
      'task.filename',
      'https://localhost/work.mjs',
    ],
    [{ name: 7 }, TYPE, 'task.name', 'string', 'number 7'],
    [{ name: '' }, VALUE, 'task.name', 'name of an export', "''"],
    [{ threads: 0 }, RANGE, 'task.threads', 'from 1 to 1024', 'number 0'],
    [{ threads: 1025 }, RANGE, 'task.threads', 'from 1 to 1024', '1025'],
    [{ threads: 1.5 }, RANGE, 'task.threads', 'from 1 to 1024', '1.5'],
    [{ threads: '2' }, TYPE, 'task.threads', 'from 1 to 1024', "'2'"],
    [{ args: () => {} }, VALUE, 'task.args', 'cloned'],
  ]
  const produce: Fault[] = [
    [{ resume: 'again' }, VALUE, 'task.resume', "'skip', 'manual'", "'again'"],
    [{ resume: true }, VALUE, 'task.resume', "'skip', 'manual'", 'true'],
  ]
  const consume: Fault[] = [
    [{ retries: -1 }, RANGE, 'task.retries', `from 0 to ${LONGEST}`, '-1'],
    [{ retries: '1' }, TYPE, 'task.retries', `from 0 to ${LONGEST}`, "'1'"],
    [{ backoff: -1 }, RANGE, 'task.backoff', `from 0 to ${LONGEST}`, '-1'],
    [{ backoff: '1' }, TYPE, 'task.backoff', `from 0 to ${LONGEST}`, "'1'"],
    [{ concurrency: 0 }, RANGE, 'task.concurrency', 'from 1 to 8', 'number 0'],
    [{ concurrency: 9 }, RANGE, 'task.concurrency', 'from 1 to 8', 'number 9'],
    [{ concurrency: '2' }, TYPE, 'task.concurrency', 'from 1 to 8', "'2'"],
    [{ timeout: 0 }, RANGE, 'task.timeout', `from 1 to ${LONGEST}`, '0'],
    [{ timeout: '100' }, TYPE, 'task.timeout', `from 1 to ${LONGEST}`, "'100'"],
    [{ rateLimit: {} }, TYPE, 'task.rateLimit', 'a RateLimiter or a KeyedRateLimiter'],
  ]

  const methods = {
    spawn: (task: ThreadTask) => supervisor().spawn(task),
    produce: (task: ThreadTask) => supervisor().produce(queue, task),
    consume: (task: ThreadTask) => supervisor().consume(queue, task),
  }

  describe.each(Object.entries(methods))('of %s', (method, call) => {
    const own = { spawn: [], produce, consume }[method] as Fault[]

    it.each<Fault>([...common, ...own])('is refused: %o', (given, kind, ...words) => {
      expect(() => call({ ...good, ...given } as ThreadTask)).toThrow(saying(...kind, ...words))
    })

    it('must be in an object', () => {
      for (const given of [undefined, null, 'task']) {
        expect(() => call(given as never)).toThrow(saying(...TYPE, 'task', '{ filename, name }'))
      }
    })
  })

  it.each(['produce', 'consume'] as const)('of %s needs a queue before it', (method) => {
    for (const given of [undefined, null, {}, queue.handle]) {
      const one = supervisor()
      const call = () =>
        method === 'produce' ? one.produce(given as never, good) : one.consume(given as never, good)
      expect(call).toThrow(saying(...TYPE, 'queue', 'a Queue'))
    }
  })

  it('leaves no group behind when it is refused', () => {
    const one = supervisor()
    expect(() => one.spawn({ ...good, threads: 0 })).toThrow(RangeError)
    expect(one.stats()).toMatchObject({ name: '', threads: 0, groups: [] })
  })
})

/** The type of the fixture's module, which has no types of its own. */
interface Plain {
  echo(args: unknown): unknown
}

describe('task', () => {
  const url = new URL('./fixtures/plain.mjs', import.meta.url)

  it('makes a task of a module and a name', () => {
    const args = { any: 1 }
    const made = millrace.task<Plain>(url, 'echo', { threads: 2, args })
    expect(made).toEqual({ filename: url.href, name: 'echo', threads: 2, args })
    expect(millrace.task<Plain>(url)('echo', { threads: 2, args })).toEqual(made)
  })

  it('refuses what is no module or name', () => {
    expect(() => millrace.task('work.mjs')).toThrow(saying(...VALUE, 'filename', 'absolute path'))
    expect(() => millrace.task(url, 7 as never)).toThrow(saying(...TYPE, 'name', 'string'))
    expect(() => millrace.task(url)('' as never)).toThrow(saying(...VALUE, 'name', 'name of an export'))
  })
})
