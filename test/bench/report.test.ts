import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Parser } from 'htmlparser2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparisonsOf, noiseOf, pairsOf } from '../../bench/page/comparisons.ts'
import { plotFiles } from '../../bench/page/files.ts'
import { goalsOf } from '../../bench/page/goals.ts'
import { pageOf } from '../../bench/page/page.ts'
import { readRuns, runsOf } from '../../bench/page/read.ts'
import type { Run } from '../../bench/results.ts'
import { madeRun } from './made-run.ts'

/** Elements of HTML that have no end tag. */
const VOID = new Set(['meta', 'link', 'br', 'img', 'hr', 'input'])

/** The first error of nesting, an attribute twice or an id twice; undefined if there is none. */
function faultOf(text: string, xmlMode: boolean): string | undefined {
  const open: string[] = []
  const ids = new Set<string>()
  const faults: string[] = []
  const parser = new Parser(
    {
      onopentag(name, { id }) {
        if (id !== undefined && ids.has(id)) faults.push(`id ${id} is there twice`)
        if (id !== undefined) ids.add(id)
        if (xmlMode || !VOID.has(name)) open.push(name)
      },
      onclosetag(name, isImplied) {
        if (!xmlMode && VOID.has(name)) return
        const expected = open.pop()
        if (expected !== name) faults.push(`</${name}> ends <${expected}>`)
        // An empty element of SVG ends itself.
        else if (isImplied && !/^(path|rect|line|circle|polygon|polyline|use|image)$/.test(name))
          faults.push(`<${name}> has no end`)
      },
    },
    { xmlMode, recognizeSelfClosing: true, decodeEntities: true },
  )
  parser.end(text)
  return faults[0] ?? (open.length > 0 ? `<${open.at(-1)}> has no end` : undefined)
}

/** Everything that a browser would load: of attributes, and of style sheets. */
function loadsOf(text: string): string[] {
  const loads: string[] = []
  const parser = new Parser({
    onopentag(name, attributes) {
      if (/^(script|link|iframe|object|embed)$/.test(name)) loads.push(`<${name}>`)
      for (const key of ['src', 'srcset', 'data', 'poster', 'xlink:href'])
        if (attributes[key] !== undefined) loads.push(`${key}=${attributes[key]}`)
      if (name !== 'a' && attributes.href !== undefined && !attributes.href.startsWith('#'))
        loads.push(`href=${attributes.href}`)
    },
  })
  parser.end(text)
  return [...loads, ...(text.match(/@import|url\((?!#)[^)]*\)/g) ?? [])]
}

describe('a report', () => {
  const run = madeRun()
  const page = pageOf([run])
  const files = plotFiles([run])

  it('is a page whose elements are nested and whose ids are there once', () => {
    expect(faultOf('<p><b>not nested</p></b>', true)).toBeDefined()
    expect(faultOf(page, false)).toBeUndefined()
  })

  it('has a file for each group of plots, which is XML with a title, a description and a background', () => {
    expect([...files.keys()]).toEqual(['group-int32.svg', 'group-sizes.svg'])
    for (const [name, svg] of files) {
      expect(faultOf(svg, true), name).toBeUndefined()
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+"/)
      expect(svg).toMatch(/<title id="[\w-]+">.+<\/title>\n<desc id="[\w-]+">.+<\/desc>/)
      expect(svg).toContain('<rect width="100%" height="100%" fill="#ffffff"/>')
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  it('loads nothing', () => {
    expect(loadsOf('<img src="a.png">')).toHaveLength(1)
    expect(loadsOf(page)).toEqual([])
    for (const svg of files.values()) expect(loadsOf(svg)).toEqual([])
  })

  it('follows the colour scheme: each colour of a plot has one for dark', () => {
    for (const text of [page, ...files.values()]) {
      const [, dark] = text.split('@media (prefers-color-scheme')
      const used = new Set(
        [...text.matchAll(/ (?:fill|stroke)="(#[0-9a-f]{3,6})"/g)].map(([, colour]) => colour),
      )
      expect(used.size).toBeGreaterThan(4)
      for (const colour of used) expect(dark).toContain(`[fill="${colour}"]`)
    }
  })

  it('names reached and missed targets', () => {
    expect(goalsOf(run.scenarios)).toMatchObject([
      { group: 'int32', isReached: false, worst: { ratio: 6 } },
      { group: 'kinds', isReached: false, worst: { ratio: 1.3 } },
    ])
    expect(page).toContain('Targets: 0 of 2 reached, 2 MISSED')
    expect(page).toMatch(/int32\/1P1C: putSync\/getSync, rate .*\n<td>at least 8<\/td><td>10.0×.*reached/)
    expect(page).toMatch(/int32\/4P4C: putSync\/getSync, rate .*\n<td>at least 8<\/td><td>6.0×.*MISSED/)
  })

  it('has a card for each target, as far as there are cards, and for each that is missed', () => {
    const [target] = run.scenarios
    for (const [missed, reached] of [
      [12, 4],
      [12, 9],
      [20, 3],
    ] as const) {
      const goal = (index: number, isReached: boolean) => ({
        ...target!,
        name: `made ${index}/1P1C`,
        group: `made ${index}`,
        target: { contender: 'putSync/getSync', atLeast: isReached ? 8 : 80, reached: isReached },
      })
      const scenarios = Array.from({ length: missed + reached }, (_, index) => goal(index, index >= missed))
      const cards = pageOf([{ ...run, scenarios }]).match(/<span class="ratio">/g)
      expect(cards).toHaveLength(Math.max(missed, Math.min(16, missed + reached)))
    }
  })

  it('names losses, with the worst scenario of each pair', () => {
    const losses = pairsOf(run.scenarios).filter((pair) => pair.losses.length > 0)
    expect(losses.map(({ group, worst }) => [group, worst.scenario.name])).toEqual([
      ['sizes', 'sizes/1048576'],
      ['kinds', 'kinds/kind 7'],
    ])
    expect(page).toMatch(/Where we lose: \d+ of 38 comparisons/)
    expect(page).toContain('slower in 1 of 30, the worst kind 7')
  })

  it('compares what is better by the unit, and no control', () => {
    const [factors] = [run.scenarios.flatMap(comparisonsOf)]
    const of = (name: string) => factors.find(({ scenario }) => scenario.name === name)?.factor.mid
    expect(of('int32/1P1C')).toBeCloseTo(10)
    expect(of('kinds/kind 0')).toBeCloseTo(5)
    expect(factors.some(({ ours }) => ours.isControl)).toBe(false)
  })

  it('tells the noise from controls', () => {
    expect(noiseOf([run])).toEqual([expect.closeTo(0.1), expect.closeTo(0)])
    expect(page).toContain('(A/A control) differs by 5.0 % in the median')
  })

  it('names the machine, the run and what was left out, and escapes them', () => {
    for (const part of ['a made machine &lt;x&gt;', 'abcdef123456', 'v20.0.0', run.header.date])
      expect(page).toContain(part)
    expect(page).toContain('<li>Go channel is left out: go is not installed</li>')
    expect(page).not.toContain('<x>')
  })
})

describe('results of a run', () => {
  let folder: string
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-report-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are read from files of one run or several, as they are', () => {
    const other: Run = { ...madeRun(), scenarios: madeRun().scenarios.slice(0, 1) }
    const rest: Run = { ...madeRun(), scenarios: madeRun().scenarios.slice(1) }
    const files = [file('one.json', JSON.stringify(other)), file('two.json', JSON.stringify([rest]))]
    expect(readRuns(files)).toEqual([other, rest])
    expect(readdirSync(folder)).toHaveLength(2)
    expect(readFileSync(files[0]!, 'utf8')).toBe(JSON.stringify(other))
  })

  it('are refused if the runs are of two commits, machines or versions of Node', () => {
    for (const [key, value] of [
      ['commit', 'fedcba654321'],
      ['machine', 'another machine'],
      ['node', 'v22.0.0'],
    ]) {
      const other = { ...madeRun(), header: { ...madeRun().header, [key as string]: value } }
      const files = [
        file('a.json', JSON.stringify(madeRun())),
        file('b.json', JSON.stringify(other)),
      ] as const
      expect(() => readRuns(files)).toThrow(`runs of one report must have the same ${key}; received '`)
    }
  })

  it('are refused if a scenario is there twice', () => {
    const twice = file('twice.json', JSON.stringify([madeRun(), madeRun()]))
    expect(() => readRuns([twice])).toThrow(
      'a report must have each scenario once; received int32/1P1C twice',
    )
  })

  it('are refused if the file is absent', () => {
    expect(() => readRuns([join(folder, 'absent.json')])).toThrow(/absent\.json cannot be read: ENOENT/)
  })

  // biome-ignore lint/suspicious/noExplicitAny: edits make runs that the type does not allow
  const edited = (edit: (run: any) => void): string => {
    const run = structuredClone(madeRun())
    edit(run)
    return JSON.stringify(run)
  }
  it.each<[string, string, string]>([
    ['no JSON', '{"format":', 'x.json is not JSON: '],
    ['a text', '"text"', "x.json: the value must be an object; received 'text'"],
    ['no format', '{}', 'x.json: format must be 1; received undefined'],
    ['another format', edited((run) => (run.format = 2)), 'x.json: format must be 1; received 2'],
    [
      'no scenario',
      edited((run) => (run.scenarios = [])),
      'x.json: scenarios must be an array of at least one',
    ],
    [
      'a median of text',
      edited((run) => (run.scenarios[1].contenders[0].median = '7')),
      "x.json: scenarios[1].contenders[0].median must be a number; received '7'",
    ],
    [
      'an unknown unit',
      edited((run) => (run.scenarios[0].unit = 'furlongs')),
      'x.json: scenarios[0].unit must be one of M items/s, ',
    ],
    [
      'a baseline that does not take part',
      edited((run) => (run.scenarios[0].baseline = 'nobody')),
      'x.json: scenarios[0].baseline must be one of postMessage, ',
    ],
    [
      'rounds that are missing',
      edited((run) => run.scenarios[0].contenders[1].values.pop()),
      'x.json: scenarios[0].contenders[1].values must be an array of 3 numbers',
    ],
    [
      'a target without a bound',
      edited((run) => delete run.scenarios[0].target.atLeast),
      'x.json: scenarios[0].target.atLeast must be a number if atMost is absent',
    ],
    [
      'a point of 0 on a logarithmic axis',
      edited((run) => (run.scenarios[2].sweep.at = 0)),
      'x.json: scenarios[2].sweep.at must be a number above 0; received 0',
    ],
  ])('are refused for %s, in words that name the file and the field', (_what, text, message) => {
    expect(() => runsOf(text, 'x.json')).toThrow(message)
  })
})
