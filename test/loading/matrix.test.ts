import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { DEADLINE_MS, isWholeMatrix, nodes, Site } from './site.ts'
import { JAVASCRIPT, MAIN, TASKS } from './sources.ts'

const PACKAGES = ['esm', 'cjs'] as const
type Package = (typeof PACKAGES)[number]

interface Program {
  readonly title: string
  readonly hasTsx: boolean
  /** Arguments for Node. $ stands for node_modules, % for the compiled package. */
  readonly args: readonly string[]
  /** True: the tasks and the program's folder are compiled. */
  readonly isCompiled?: boolean
  readonly needsStripping?: boolean
  readonly calls: readonly string[]
  /** The packages of a short run, which makes only a few calls. One program has the others. */
  readonly brief: readonly Package[]
}

const FOR_TSX = [
  'task.ts#work',
  'task.ts#same',
  'task.ts',
  'task.mts#work',
  'task.cts#work',
  'wide.tsx#work',
  'bridge.mjs#work',
]
const STRIPPABLE = ['plain.ts#work', 'plain.ts', 'plain.mts#work', 'plain.cts#work']
const JAVASCRIPT_ONLY = ['plain.mjs#work', 'plain.cjs#work', 'plain.cjs#same', 'whole.cjs']
const ALL = [...FOR_TSX, ...STRIPPABLE, ...JAVASCRIPT_ONLY, 'nested.ts#work']
const COMPILED = [...FOR_TSX, ...STRIPPABLE, 'nested.ts#work']
  .filter((call) => call.includes('ts') && !call.includes('tsx'))
  .map((call) => call.replace(/ts(?=#|$)/, 'js'))
const BRIEF = ['task.ts#work', 'task.ts#same', 'task.js#work', 'plain.js', 'tla.ts#work']
const EVALUATED = ['--input-type=module', '-e']

const PROGRAMS: readonly Program[] = [
  { title: 'tsx', hasTsx: true, args: ['$/tsx/dist/cli.mjs', 'main.ts'], calls: ALL, brief: PACKAGES },
  {
    title: 'node --import tsx',
    hasTsx: true,
    args: ['--import', 'tsx', 'main.ts'],
    calls: ALL,
    brief: [],
  },
  { title: 'vitest', hasTsx: true, args: ['$/vitest/vitest.mjs', 'run'], calls: ALL, brief: ['cjs'] },
  {
    title: 'vitest --pool=threads',
    hasTsx: true,
    args: ['$/vitest/vitest.mjs', 'run', '--pool=threads'],
    calls: ALL,
    brief: [],
  },
  {
    title: 'node, which strips types, with a tsx at hand',
    hasTsx: true,
    args: ['main.ts'],
    needsStripping: true,
    calls: [...ALL, 'tla.ts#work'],
    brief: PACKAGES,
  },
  {
    title: 'node, which strips types, without tsx',
    hasTsx: false,
    args: ['main.ts'],
    needsStripping: true,
    calls: [...STRIPPABLE, ...JAVASCRIPT_ONLY, 'tla.ts#work'],
    brief: ['cjs'],
  },
  {
    title: 'node, compiled, without tsx',
    hasTsx: false,
    args: ['main.js'],
    isCompiled: true,
    calls: COMPILED,
    brief: PACKAGES,
  },
  { title: 'node, compiled, its tasks not', hasTsx: true, args: ['%/main.js'], calls: ALL, brief: ['esm'] },
  {
    title: 'node --eval',
    hasTsx: false,
    args: [...EVALUATED, "import { ask } from './ask.js'; await ask()"],
    isCompiled: true,
    calls: COMPILED,
    brief: ['esm'],
  },
  {
    title: 'node --import tsx --eval',
    hasTsx: true,
    args: [
      '--import=tsx',
      ...EVALUATED,
      "import * as all from './ask.ts'; await (all.ask ?? all.default.ask)()",
    ],
    calls: ALL,
    brief: ['cjs'],
  },
]

const files: Record<string, string> = {}
for (const [folder, type] of Object.entries({ esm: { type: 'module' }, cjs: {} })) {
  files[`${folder}/package.json`] = JSON.stringify({ name: folder, ...type })
  for (const [name, text] of Object.entries({ ...MAIN, ...TASKS, ...JAVASCRIPT })) {
    files[`${folder}/${name}`] = text
  }
}
const sites = { true: new Site(['tsx', 'vitest'], files), false: new Site([], files) }
for (const site of Object.values(sites)) for (const each of PACKAGES) site.compile(each, `compiled-${each}`)

afterAll(() => {
  for (const site of Object.values(sites)) site.remove()
})

const WORK_LINE = TASKS['task.ts'].split('\n').findIndex((line) => line.includes('place()}')) + 1

/** The results or errors of the program's thread functions, in the order of its calls. */
async function answers(
  node: string,
  program: Program,
  of: Package,
  calls: readonly string[],
): Promise<Record<string, string>> {
  const site = sites[`${program.hasTsx}`]
  const folder = program.isCompiled === true ? `compiled-${of}` : of
  const file = site.path(`answers-${process.hrtime.bigint()}.json`)
  const path = (name: string) => site.path(`${folder}/${name}`)
  const nested = program.isCompiled === true ? 'task.js' : program.hasTsx ? 'task.ts' : 'plain.ts'
  const ended = await site.run(
    node,
    folder,
    program.args.map((arg) =>
      arg.replace('$', site.path('node_modules')).replace('%', site.path(`compiled-${of}`)),
    ),
    {
      ANSWERS: file,
      NESTED: path(nested),
      CALLS: JSON.stringify(
        calls.map((call, index) => {
          const [name = '', ...rest] = call.split('#')
          return [index % 2 === 0 ? path(name) : pathToFileURL(path(name)).href, ...rest].join('#')
        }),
      ),
    },
  )
  expect(ended, program.title).toMatchObject({ code: 0 })
  const given: string[] = JSON.parse(readFileSync(file, 'utf8'))
  return Object.fromEntries(calls.map((call, index) => [call, given[index] ?? 'nothing']))
}

function expected(call: string): unknown {
  if (call === 'task.ts#work') return `22 task.ts:${WORK_LINE}`
  return call === 'task.js#work' ? expect.stringMatching(/^22 task\.js:\d+$/) : '22'
}

for (const node of nodes) {
  describe(`a thread of Node ${node.version}`, () => {
    for (const program of PROGRAMS) {
      if (program.needsStripping === true && !node.strips) continue
      for (const of of isWholeMatrix ? PACKAGES : program.brief) {
        const isRest = program.title.endsWith('its tasks not')
        const few = isRest ? ALL.filter((call) => ![...BRIEF, ...STRIPPABLE].includes(call)) : BRIEF
        const calls = program.calls.filter((call) => isWholeMatrix || few.includes(call))
        const type = of === 'esm' ? 'with "type": "module"' : 'without a type'
        it(
          `loads what the main program can: ${program.title}, in a package ${type}`,
          async () => {
            const given = await answers(node.path, program, of, calls)
            expect(given).toEqual(Object.fromEntries(calls.map((call) => [call, expected(call)])))
          },
          DEADLINE_MS + 5000,
        )
      }
    }
  })
}
