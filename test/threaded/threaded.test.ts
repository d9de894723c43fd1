import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { failureOf, millrace, saying, supervisor } from '../supervisor/scene.ts'

const { Queue, threaded } = millrace

const file = import.meta.filename
const isInvalid = (word: string) => saying('TypeError', 'ERR_INVALID_ARG_VALUE', word)
const isWrongType = (...words: string[]) => saying('TypeError', 'ERR_INVALID_ARG_TYPE', ...words)

describe('threaded', () => {
  it('returns the function itself, of any kind', () => {
    const plain = (text: string) => text.length
    function* generator() {
      yield 1
    }
    const later = Object.freeze(async () => 2)
    expect(threaded(import.meta, plain)).toBe(plain)
    expect(threaded(import.meta, generator)).toBe(generator)
    expect(threaded(import.meta, later)).toBe(later)
    const proxied = new Proxy(plain, {})
    expect(threaded(import.meta, proxied)('four')).toBe(4)
  })

  it('takes a module as import.meta, as a path and as a URL', () => {
    for (const [name, meta] of Object.entries({
      object: { url: import.meta.url },
      url: new URL(import.meta.url),
      text: import.meta.url,
      query: `${import.meta.url}?version=2#part`,
      path: file,
    }))
      expect(() => threaded(meta, () => 1, { name })).not.toThrow()
  })

  it.each([
    ['undefined', undefined],
    ['import.meta in CommonJS, which names the cure', {}],
    ['a number', 1],
    ['null', null],
  ])('refuses a module that is %s', (_, meta) => {
    expect(() => threaded(meta as never, () => 1)).toThrow(isWrongType('meta must be', '__filename'))
  })

  it('refuses a module that is no file', () => {
    expect(() => threaded('./work.ts', () => 1)).toThrow(isInvalid('meta'))
    expect(() => threaded({ url: 'https://example.org/work.js' }, () => 1)).toThrow(isInvalid('meta'))
  })

  it('refuses what is no function, and wrong options', () => {
    expect(() => threaded(import.meta, 'parse' as never)).toThrow(isWrongType('fn must be a function'))
    expect(() => threaded(import.meta, () => 1, { nam: 'a' } as never)).toThrow(isInvalid('options.nam'))
    expect(() => threaded(import.meta, () => 1, { name: '' })).toThrow(isInvalid('options.name'))
    expect(() => threaded(import.meta, () => 1, { name: 1 as never })).toThrow(isWrongType('options.name'))
  })

  it('refuses a second call at one place of one evaluation, and names the place and the cure', () => {
    const meta = Object.assign(Object.create(null), { url: import.meta.url })
    const make = (of: ImportMeta) => threaded(of, () => 1)
    make(meta)
    expect(() => make(meta)).toThrow(isInvalid('called twice'))
    expect(() => make(meta)).toThrow(/threaded\.test\.ts:\d+:\d+.*\{ name: 'parse' \}/)
    const again = Object.assign(Object.create(null), { url: import.meta.url })
    expect(make(again)()).toBe(1)
    expect(() => make({ url: import.meta.url } as ImportMeta)).not.toThrow()
  })

  it('lets a loop make functions of different names', () => {
    const meta = Object.assign(Object.create(null), { url: import.meta.url })
    const make = (name: string) => threaded(meta, () => name, { name })
    expect(['a', 'b'].map((name) => make(name)())).toEqual(['a', 'b'])
    expect(() => make('a')).toThrow(isInvalid('no other threaded function'))
  })

  it('makes functions to be called even where no place is known', () => {
    const elsewhere = threaded(new URL('./sources.ts', import.meta.url), () => 'called')
    expect(elsewhere()).toBe('called')
    expect(() => supervisor().spawn(elsewhere)).toThrow(isInvalid('no thread can find'))
    expect(() => supervisor().spawn(elsewhere)).toThrow(/sources\.ts.*\{ name: 'parse' \}/)
  })

  it.each([
    ['makes no stacks', undefined],
    ['formats stacks otherwise', (_: Error, sites: readonly unknown[]) => sites.length],
    [
      'fails to format stacks',
      () => {
        throw new Error('no stacks')
      },
    ],
  ])('knows the place in a program that %s', (_, prepare) => {
    const meta = Object.assign(Object.create(null), { url: import.meta.url })
    const { stackTraceLimit, prepareStackTrace } = Error
    Error.stackTraceLimit = 0
    if (prepare !== undefined) Error.prepareStackTrace = prepare
    const make = () => threaded(meta, () => 1)
    try {
      make()
      expect(make).toThrow(/called twice at one place/)
      expect(Error.stackTraceLimit).toBe(0)
    } finally {
      Object.assign(Error, { stackTraceLimit, prepareStackTrace })
    }
  })
})

describe('the methods of a supervisor', () => {
  const queue = new Queue<number>()
  const named = threaded(pathToFileURL(file), () => 1, { name: 'one' })
  const task = { filename: file, name: 'one' }

  it('refuse a function that is not threaded, and say how it becomes one', () => {
    const methods = [
      () => supervisor().spawn((() => 1) as never),
      () => supervisor().produce(queue, (() => 1) as never),
      () => supervisor().consume(queue, (() => 1) as never),
    ]
    for (const method of methods) expect(method).toThrow(isWrongType('threaded(import.meta, fn)'))
  })

  it('name the object of a wrong option', () => {
    const spawn = (fn: unknown, options: unknown) => () => supervisor().spawn(fn as never, options as never)
    expect(spawn(named, { thread: 1 })).toThrow(isInvalid('options.thread is not a known option'))
    expect(spawn(task, { thread: 1 })).toThrow(isInvalid('options.thread is not a known option'))
    expect(spawn({ ...task, thread: 1 }, {})).toThrow(isInvalid('task.thread is not a known option'))
    expect(spawn(named, { name: 'two' })).toThrow(isInvalid('options.name'))
    expect(spawn(named, { filename: file })).toThrow(isInvalid('options.filename'))
    expect(spawn(named, { retries: 1 })).toThrow(isInvalid('options.retries must be absent'))
    expect(spawn(named, 2)).toThrow(isWrongType('options'))
    expect(spawn({ ...task, threads: 1 }, { threads: 0 })).toThrow(/options\.threads must be/)
    expect(spawn({ ...task, threads: 0 }, { threads: undefined })).toThrow(/task\.threads must be/)
    expect(spawn(task, { threads: null })).toThrow(isWrongType('options.threads'))
    expect(() => supervisor().consume(queue, named, { closes: queue })).toThrow(isInvalid('options.closes'))
    expect(() => supervisor().consume(queue, named, { concurrency: 0 })).toThrow(/options\.concurrency/)
    expect(() => supervisor().produce(queue, named, { resume: 'x' as never })).toThrow(/options\.resume/)
  })

  it('let options count before those of a task', async () => {
    const filename = new URL('./fixtures/named.mjs', import.meta.url)
    const given = { filename, name: 'told', threads: 1, args: 'task' }
    expect(await supervisor().spawn(given, { threads: 2, args: 'options' }).join()).toEqual(
      Array(2).fill('options'),
    )
    expect(await supervisor().spawn(given, { args: undefined }).join()).toEqual(['task'])
  })

  it('name a function that threads do not find, by its place or name', async () => {
    const filename = new URL('./fixtures/named.mjs', import.meta.url)
    const absent = threaded(filename, () => 1, { name: 'absent' })
    const group = supervisor().spawn(absent)
    expect(group.name).toBe('absent')
    const error = await failureOf(group.join(), 'the group')
    expect(error).toMatchObject({ exportName: 'absent', filename: filename.href })
    expect(error.message).toContain(`(${filename.href}#absent)`)
    expect(error.cause).toEqual(isInvalid('named.mjs#absent is not found'))
    expect(error.cause.message).toContain('but: hidden, told')
  })

  it('find a function by a name that another module gives', async () => {
    const filename = new URL('./fixtures/named.mjs', import.meta.url)
    const hidden = threaded(filename, () => 'in this thread', { name: 'hidden' })
    expect(await supervisor().spawn(hidden).join()).toEqual(['in a thread'])
  })

  it('find a threaded function that a plain task names', async () => {
    const filename = new URL('./fixtures/named.mjs', import.meta.url)
    expect(await supervisor().spawn({ filename, name: 'byPlace', args: 'told' }).join()).toEqual(['told'])
  })
})
