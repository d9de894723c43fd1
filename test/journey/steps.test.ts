import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { STEPS } from '../../examples/journey/steps.ts'
import { interruptAt, run } from '../examples/run.ts'
import { CHECKS } from './checks.ts'

const JOURNEY = fileURLToPath(new URL('../../examples/journey/', import.meta.url))
const MOST_LINES = 80
const temporary = mkdtempSync(join(tmpdir(), 'millrace-journey-'))
afterAll(() => rmSync(temporary, { recursive: true }))

const programs = readdirSync(JOURNEY).filter((file) => /-.*\.ts$/.test(file))

describe.each(Object.entries(CHECKS))('%s', (program, check) => {
  it('prints what it shows, and exits with 0', async () => {
    const { code, stdout, stderr } = await run(`journey/${program}`, [], { env: { TMPDIR: temporary } })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    check(stdout)
  })

  it('describes itself with --help', async () => {
    const { code, stdout, stderr } = await run(`journey/${program}`, ['--help'])
    expect(stdout).toMatch(new RegExp(`^Usage: ${program.replace('.ts', '')} .*\n\n.{20,}\n`))
    expect(stdout).toContain(`npx tsx examples/journey/${program}`)
    expect([stderr, code]).toEqual(['', 0])
  })

  it('refuses an option it does not have with exit code 2', async () => {
    const { code, stdout, stderr } = await run(`journey/${program}`, ['--fast'])
    expect(stderr).toMatch(new RegExp(`^${program.replace('.ts', '')}: .*--fast`))
    expect([stdout, code]).toEqual(['', 2])
  })
})

describe('the chart of flow control', () => {
  const svgFrom = async (file: string) => {
    const { code, stdout } = await run('journey/03-flow-control.ts', ['--out', file])
    expect(code).toBe(0)
    expect(stdout).toContain(`chart: ${file}\n`)
    return readFileSync(file, 'utf8')
  }

  it('is an SVG with both bakers, the room of the shelf and the colours of both schemes', async () => {
    const svg = await svgFrom(join(temporary, 'chart.svg'))
    expect(svg).toMatch(/^<svg [^>]*>\n<title>A fast baker waits/)
    expect(svg).toMatch(/<\/svg>\s*$/)
    for (const text of ['fast baker', 'slow baker', 'room for 8', 'time in ms', 'loaves on the shelf'])
      expect(svg).toContain(`>${text}</text>`)
    const visible = svg.replace(/<clipPath[\s\S]*?<\/clipPath>| stroke="#\w+" stroke-width="0"/g, '')
    const colours = new Set([...visible.matchAll(/ (?:fill|stroke)="(#\w+)"/g)].map(([, colour]) => colour))
    const [, dark = ''] = /<style>@media \(prefers-color-scheme: dark\) {(.*)}<\/style>/.exec(svg) ?? []
    expect(colours.size).toBeGreaterThan(5)
    expect([...colours].filter((colour) => !dark.includes(`="${colour}"]`))).toEqual([])
  })

  it('fails with exit code 1 when its file cannot be written', async () => {
    const file = join(temporary, 'no such folder', 'chart.svg')
    const { code, stderr } = await run('journey/03-flow-control.ts', ['--out', file])
    expect(stderr).toContain('no such folder')
    expect(code).toBe(1)
  })
})

describe('the journey', () => {
  it('has every program of its folder as a step, and a check of each', () => {
    const own = STEPS.map(({ program }) => program).filter((program) => !program.startsWith('../'))
    expect([...own].sort()).toEqual(programs.sort())
    expect(Object.keys(CHECKS).sort()).toEqual(programs.sort())
  })

  it.each(programs)('%s has less than 80 lines, and begins by saying what it shows', (program) => {
    const text = readFileSync(join(JOURNEY, program), 'utf8')
    expect(text.trimEnd().split('\n').length).toBeLessThan(MOST_LINES)
    expect(text).toMatch(/^\/\*\*\n \* [A-Za-z][^\n]{30,}\n/)
  })

  it('plays the steps that are asked for, in their order', async () => {
    const { code, stdout, stderr } = await run('journey/run.ts', ['6', '2'])
    expect([stderr, code]).toEqual(['', 0])
    const [, sixth = '', second = ''] =
      /^--- 6\. taskDone and join ---\n([\s\S]*)\n--- 2\. An if in place of while ---\n([\s\S]*)\n2 steps in \d+ s\n$/.exec(
        stdout,
      ) ?? []
    CHECKS['06-task-done-and-join.ts']?.(sixth)
    CHECKS['02-if-for-while.ts']?.(second)
  })

  it('begins no step after Ctrl-C, and exits with 130', async () => {
    const { code, stdout } = await run('journey/run.ts', ['2', '6'], { onStart: interruptAt('with while') })
    expect(stdout).toContain('with if')
    expect(stdout).not.toContain('--- 6.')
    expect(code).toBe(130)
  })

  it.each([
    ['0', "STEP: an integer from 1 to .*, got '0'"],
    ['two', "STEP: an integer from 1 to .*, got 'two'"],
    ['--all', "'--all'"],
  ])('refuses %s with exit code 2', async (argument, message) => {
    const { code, stdout, stderr } = await run('journey/run.ts', [argument])
    expect(stderr).toMatch(new RegExp(`^journey: .*${message}`))
    expect([stdout, code]).toEqual(['', 2])
  })

  it('lists its steps with --help', async () => {
    const { code, stdout } = await run('journey/run.ts', ['--help'])
    for (const [index, { title }] of STEPS.entries()) expect(stdout).toContain(` ${index + 1}  ${title}\n`)
    expect(code).toBe(0)
  })
})

it('leads to programs that exist', () => {
  expect(STEPS.filter(({ program }) => !existsSync(join(JOURNEY, program)))).toEqual([])
})
