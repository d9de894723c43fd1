/** The package under test: a main program that runs thread functions and writes down their results. */
export const MAIN = {
  'ask.ts': `
    import { writeFileSync } from 'node:fs'
    import { Queue, Supervisor } from 'millrace'

    async function answer(call: string): Promise<string> {
      const [path, name] = call.split('#')
      try {
        const [value] = await new Supervisor().spawn({ filename: path ?? '', name, args: name === 'same' ? new Queue() : 20 }).join()
        return String(value)
      } catch (error) {
        return 'threw ' + String((error as Error).cause ?? error)
      }
    }

    export async function ask(): Promise<void> {
      const calls: string[] = JSON.parse(process.env.CALLS ?? '[]')
      const answers = await Promise.all(calls.map(answer))
      writeFileSync(process.env.ANSWERS ?? '', JSON.stringify(answers))
    }
  `,
  'main.ts': `
    import { ask } from './ask.ts'
    void ask()
  `,
  'main.test.ts': `
    import { test } from 'vitest'
    import { ask } from './ask.ts'
    test('asks', ask, 240_000)
  `,
}

/**
 * Thread functions. Each adds 2 to its argument. That of task.ts also returns its own file and line. `same`
 * returns 22 if its argument is a queue.
 */
export const TASKS = {
  'x.ts': `
    export enum Step { one = 1, two }
    export function place(): string {
      const caller = String(new Error('here').stack?.split('\\n')[2])
      return String(/[\\w.]+:\\d+(?=:\\d+\\)?$)/.exec(caller))
    }
  `,
  'task.ts': `
    import { Queue } from 'millrace'
    import { place, Step } from './x.js'

    interface Unseen {
      readonly lines: 'that are gone where types are stripped'
    }

    enum Sign { plus = 1 }
    export function work(n: number): string {
      return \`\${n + Sign.plus * Step.two} \${place()}\`
    }
    export default function <T extends number>(n: T): number {
      return n + Step.two
    }
    export const same = (queue: Queue<number>) => (queue instanceof Queue ? 22 : 'another copy of millrace')
  `,
  'y.ts': 'export const two: number = 2',
  'plain.ts': `
    import { two } from './y.ts'
    export const work = (n: number): number => n + two
    export default work
  `,
  'x.mts': 'export enum Step { one = 1, two }',
  'task.mts': `
    import { Step } from './x.mjs'
    export const work = (n: number): number => n + Step.two
  `,
  'plain.mts': `
    import { two } from './y.ts'
    export const work = (n: number): number => n + two
  `,
  'x.cts': `
    enum Step { one = 1, two }
    export = { Step }
  `,
  'task.cts': `
    import x = require('./x.cjs')
    function work(n: number): number {
      return n + x.Step.two
    }
    export = { work }
  `,
  'plain.cts': `
    module.exports = { work: (n: number): number => n + 2 }
  `,
  'wide.tsx': `
    import { Step } from './x.js'
    const add = <T,>(n: T & number) => n + Step.two
    export { add as work }
  `,
  'nested.ts': `
    import { Supervisor } from 'millrace'
    export async function work(n: number): Promise<unknown> {
      const [value] = await new Supervisor()
        .spawn({ filename: process.env.NESTED ?? '', name: 'default', args: n })
        .join()
      return value
    }
  `,
  'tla.ts': `
    const two: number = await Promise.resolve(2)
    export const work = (n: number): number => n + two
  `,
}

export const JAVASCRIPT = {
  'plain.mjs': 'export const work = (n) => n + 2',
  'plain.cjs': `
    const { Queue } = require('millrace')
    exports.work = (n) => n + 2
    exports.same = (queue) => (queue instanceof Queue ? 22 : 'another copy of millrace')
  `,
  'whole.cjs': 'module.exports = (n) => n + 2',
  'bridge.mjs': `
    import { Step } from './x.js'
    export const work = (n) => n + Step.two
  `,
}
