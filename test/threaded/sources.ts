/**
 * A program with threaded functions. META stands for `import.meta` or `__filename`. It writes down what its
 * threads answer, by the names of the functions.
 */
export const PROGRAM = {
  'helper.ts': `
    import { threaded } from 'millrace'
    export const made = <F extends Function>(meta: ImportMeta | string, fn: F) => threaded(meta, fn)
  `,
  'stages.ts': `
    import * as m from 'millrace'
    import { isMillraceThread, threaded } from 'millrace'
    import { made } from './helper.ts'

    interface Unseen {
      readonly lines: 'that are gone where types are stripped'
    }
    type Arg = { readonly n: number } & Partial<Unseen>

    if (!isMillraceThread) threaded(META, () => 'only the main program makes this call')
    export const onlyMain: () => unknown = isMillraceThread ? () => 0 : threaded(META, () => 'not in threads')
    const double = /* é😀 */ threaded(META, ({ n }: Arg): number => n * 2)
    const triple = m.threaded<(arg: Arg) => number>(META, ({ n }) => n * 3)
    const one = threaded(META, () => 'one'), two = threaded(META, () => 'two')
    const frozen = threaded(META, Object.freeze(() => 'frozen'))
    const hidden = [
      threaded(
        META,
        async function later({ n }: Arg) {
          return n + 1
        },
      ),
      threaded(META, () => 'by name', { name: 'anything at all' }),
    ]
    const helped = made(META, () => 'by a helper')
    export default threaded(META, (_: unknown, thread: m.ThreadContext) => \`default \${thread.threads}\`)

    export let refused = ''
    try {
      for (const n of [1, 2]) threaded(META, () => n)
    } catch (error) {
      refused = String(error)
    }
    export const functions: Record<string, (arg: Arg) => unknown> = {
      double,
      triple,
      one,
      two,
      frozen,
      helped,
      later: hidden[0]!,
      named: hidden[1]!,
    }
  `,
  'main.ts': `
    import { writeFileSync } from 'node:fs'
    import { isMillraceThread, Queue, Supervisor, threaded } from 'millrace'
    import * as stages from './stages.ts'

    const own = threaded(META, ({ n }: { n: number }) => n - 1)
    const count = threaded(META, function* ({ n }: { n: number }): Generator<number> {
      for (let at = 0; at < n; at++) yield at
    })
    const add = threaded(META, (n: number, { args: { sum } }: { args: { sum: Int32Array } }) => {
      Atomics.add(sum, 0, n)
    })

    async function answer(fn: unknown): Promise<string> {
      try {
        const [value] = await new Supervisor().spawn(fn as never, { args: { n: 21 } }).join()
        return String(value)
      } catch (error) {
        return String((error as Error).cause ?? error)
      }
    }

    async function stream(): Promise<string> {
      const queue = new Queue<number>({ maxsize: 4 })
      const sum = new Int32Array(new SharedArrayBuffer(4))
      const supervisor = new Supervisor()
      supervisor.produce(queue, count, { args: { n: 10 } })
      supervisor.consume(queue, add as never, { threads: 1, args: { sum } })
      await supervisor.join()
      return String(sum[0])
    }

    export async function ask(from: typeof stages = stages): Promise<void> {
      const all: Record<string, unknown> = { ...from.functions, own, main: from.onlyMain, default: from.default }
      const asked = process.env.ASKED?.split(' ') ?? Object.keys(all)
      const answers = asked.map(async (name) => [name, await answer(all[name])])
      const given = Object.fromEntries(await Promise.all(answers))
      const plain = String(own({ n: 1 }))
      const answered = { ...given, plain, refused: from.refused, stream: await stream() }
      writeFileSync(process.env.ANSWERS ?? '', JSON.stringify(answered))
    }

    if (!isMillraceThread && process.env.VITEST === undefined) void ask()
  `,
  'main.test.ts': `
    import { test, vi } from 'vitest'
    import { ask } from './main.ts'

    test('asks after the modules were reset', async () => {
      vi.resetModules()
      await ask(await import('./stages.ts'))
    }, 240_000)
  `,
}
