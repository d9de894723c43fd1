import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { ThreadTask } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'
import { failureOf, fixture, listenTo, millrace, saying, supervisor, threadOf } from './scene.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
afterAll(() => rmSync(folder, { recursive: true }))

// The file is not a fixture: a linter would read it there.
const broken = join(folder, 'broken.mjs')
writeFileSync(broken, 'export const fine = 1\nexport function bake( {\n')

/** The faults of a task, and the words of their errors beside file, export and thread. */
const FAULTS: [what: string, task: ThreadTask, name: string, message: string, cause: object][] = [
  [
    'a missing file',
    { filename: join(folder, 'nowhere.mjs'), name: 'bake' },
    'nowhere.mjs',
    'cannot find',
    {},
  ],
  [
    'a missing export',
    fixture('plain.mjs', 'bake'),
    'plain.mjs',
    "exports no 'bake'",
    { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' },
  ],
  ['a missing default export', fixture('failures.mjs'), 'failures.mjs', "exports no 'default'", {}],
  ['an export that is no function', fixture('plain.mjs', 'seven'), 'plain.mjs', 'number 7', {}],
  [
    'a syntax error',
    { filename: broken, name: 'bake' },
    'broken.mjs',
    'broken.mjs:',
    { name: 'SyntaxError' },
  ],
  [
    'a module that throws',
    fixture('throws-at-import.mjs', 'bake'),
    'throws-at-import.mjs',
    'no flour',
    { name: 'RangeError', code: 'ERR_FLOUR' },
  ],
]

describe('a thread that cannot be set up', () => {
  it.each(FAULTS)('for %s fails with file, export and thread', async (_, task, file, message, cause) => {
    const one = supervisor({ restart: { onThrow: true } })
    const told = listenTo(one, 'restart')
    const error = await failureOf(one.spawn(task).join(), 'the group')
    expect(error).toBeInstanceOf(millrace.ThreadError)
    const exportName = task.name ?? 'default'
    expect(error).toMatchObject({ code: 'ERR_THREAD', index: 0, exportName })
    expect(error.filename).toMatch(new RegExp(`^file:.*/${file}$`))
    for (const word of [file, `#${exportName}`, 'thread 0', message]) expect(error.message).toContain(word)
    expect(error.cause).toMatchObject(cause)
    expect(error.cause).toBeInstanceOf(Error)
    // No restart: another thread would fail alike.
    expect(told).toEqual([])
  })

  it('fails in produce and in consume too, and its queue is shut down', async () => {
    const one = supervisor()
    const made = new millrace.Queue({ name: 'made' })
    const used = new millrace.Queue({ name: 'used' })
    await used.put(1)
    const task = fixture('plain.mjs', 'bake')
    const joins = [one.produce(made, task), one.consume(used, { ...task, threads: 1 })].map((group) =>
      failureOf(group.join(), 'a group'),
    )
    for (const error of await Promise.all(joins)) {
      expect(error).toMatchObject({ code: 'ERR_THREAD' })
      expect(error.message).toContain("exports no 'bake'")
    }
    expect([made.isShutDown, used.isShutDown]).toEqual([true, true])
  })

  it('for a codec that cannot be loaded fails with the codec', async () => {
    const { encode, decode } = millrace.codecs.int32
    const filename = pathToFileURL(join(folder, 'codecs.mjs'))
    writeFileSync(filename, 'export const other = 1')
    const codec = millrace.defineCodec({ filename, name: 'lost', encode, decode })
    const queue = new millrace.Queue({ codec })
    const error = await failureOf(
      supervisor()
        .spawn(fixture('plain.mjs', 'echo', { args: { queue } }))
        .join(),
      'the group',
    )
    expect(error).toMatchObject({ code: 'ERR_THREAD' })
    expect(error.message).toMatch(/codecs\.mjs.*lost|lost.*codecs\.mjs/)
  })
})

describe('a task that is refused', () => {
  it.each(['spawn', 'produce', 'consume'] as const)('by %s: a relative path', (method) => {
    const one = supervisor()
    const task = { filename: './work.mjs', name: 'bake' }
    const call = () =>
      method === 'spawn'
        ? one.spawn(task)
        : (one[method] as typeof one.consume).call(one, new millrace.Queue<unknown>(), task)
    expect(call).toThrow(
      saying('TypeError', 'ERR_INVALID_ARG_VALUE', 'task.filename', 'absolute path', './work.mjs'),
    )
  })

  it.each(['spawn', 'produce', 'consume'] as const)('by %s: args that cannot be cloned', (method) => {
    const one = supervisor()
    const task = fixture('plain.mjs', 'echo', { args: () => {} })
    const call = () =>
      method === 'spawn'
        ? one.spawn(task)
        : (one[method] as typeof one.consume).call(one, new millrace.Queue<unknown>(), task)
    expect(call).toThrow(saying('TypeError', 'ERR_INVALID_ARG_VALUE', 'task.args'))
  })
})

describe('the process', () => {
  it('ends by itself after each of them, and nothing hangs', async () => {
    const tasks = FAULTS.map(([, { filename, name }]) => ({ filename: String(filename), name }))
    const { code, stdout, stderr } = await within(
      runProcess(`
        for (const task of ${JSON.stringify(tasks)}) {
          const supervisor = new millrace.Supervisor()
          supervisor.spawn(task)
          await supervisor.join().then(
            () => console.log('resolved'),
            ({ name, code }) => console.log(name, code),
          )
        }`),
      'the end of the process',
      30_000,
    )
    expect(stderr).toBe('')
    expect(stdout).toBe('ThreadError ERR_THREAD\n'.repeat(FAULTS.length))
    expect(code).toBe(0)
  })

  it('ends by itself after a failure that nobody waits for', async () => {
    const { filename, name } = fixture('failures.mjs', 'throwsOwn')
    const { code, stdout, stderr } = await runProcess(`
      new millrace.Supervisor().spawn({ filename: ${JSON.stringify(filename)}, name: '${name}' })
      process.on('exit', () => console.log('exit'))`)
    expect([code, stdout]).toEqual([0, 'exit\n'])
    expect(stderr.match(/MILLRACE_GROUP_FAILED/g)).toHaveLength(1)
    expect(stderr).toContain('burnt')
  })
})

describe('a thread whose module never gets loaded', () => {
  it('is reported as starting, and ends when it is stopped', async () => {
    const one = supervisor({ name: 'mill', grace: 100 })
    const told = listenTo(one, 'start')
    const group = one.spawn(fixture('never-loads.mjs', undefined, { threads: 2 }))
    const url = new URL('./fixtures/never-loads.mjs', import.meta.url).href
    const still = `still starting: threads 0, 1 of group 'never-loads.mjs' (${url}#default)`
    for (const [each, name] of [
      [group, "group 'never-loads.mjs'"],
      [one, "supervisor 'mill'"],
    ] as const) {
      const late = await failureOf(each.join({ timeout: 50 }), name)
      expect([late.code, late.message]).toEqual([
        'ERR_WAIT_TIMEOUT',
        `${name} has not ended within 50 ms; ${still}`,
      ])
    }
    await threadOf(one)
    expect(one.stats().groups[0]?.members[0]?.state).toBe('starting')
    await within(group.stop(), 'the stop')
    const error = await failureOf(group.join(), 'the group')
    expect(error.message).toContain(
      'did not stop within 100 ms and was terminated while it was still starting',
    )
    expect(told).toEqual([])
  })
})
