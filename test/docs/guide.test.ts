import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isExpected, programsOf, read, repository, sectionsOf, twoAtATime, Workshop } from './programs.ts'

const guide = pagesIn('docs')
const internals = ['ARCHITECTURE.md', ...pagesIn('docs/internals')]
/** Its commands run programs of examples/, which test/journey checks. */
const JOURNEY = 'docs/journey.md'
/** Pages whose programs are run. */
const pages = ['README.md', ...guide.filter((page) => page !== JOURNEY)]
const all = pages.map((page) => ({ page, ...programsOf(page) }))

describe('the documents', () => {
  const workshop = new Workshop()
  afterAll(() => workshop.remove())

  const inTurn = twoAtATime()
  const programs = all.flatMap((each) => each.programs)
  // All programs begin here, and the tests only wait for them: so two run at a time.
  const outputs = programs.map((program) => inTurn(() => workshop.run(program)))
  for (const output of outputs) output.catch(() => {})

  it.each(programs.map((program, index) => ({ ...program, index })))(
    '$page:$line prints what is said',
    { timeout: 240_000 },
    async ({ output, index }) => {
      const actual = await outputs[index]
      if (!isExpected(actual ?? '', output)) expect(actual).toBe(output.text)
    },
  )

  it.each([...guide, ...internals.slice(1)])('%s opens with what it is about', (page) => {
    const [title = '', blank, first = ''] = read(page).split('\n')
    expect([title.slice(0, 2), blank, first.slice(0, 10)]).toEqual(['# ', '', 'This page '])
  })

  it('have no block that is not run, but for the set-up', () => {
    const others = all.flatMap(({ page, others }) => others.map(({ text }) => ({ page, text })))
    expect(others).toEqual([{ page: 'README.md', text: setUp() }])
    expect(programs.length).toBeGreaterThan(20)
  })

  it.each([...pages, JOURNEY, ...internals, 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])(
    '%s links to files and headings that exist',
    (page) => {
      const links = [...read(page).matchAll(/\]\(([^):]+)\)/g)].map(([, link]) => link as string)
      const missing = links.filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : join(dirname(page), path)
        if (!existsSync(join(repository, target))) return true
        return (
          anchor !== undefined && !sectionsOf(read(target)).some(({ heading }) => slug(heading) === anchor)
        )
      })
      expect(missing).toEqual([])
      if (['README.md', 'ARCHITECTURE.md'].includes(page)) expect(links.length).toBeGreaterThan(10)
    },
  )
})

describe('README', () => {
  it('names exactly the two set-up commands', () => {
    const commands = setUp()
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+#.*/, ''))
    expect(commands).toEqual(['npm ci && npx tsx examples/bakery.ts', 'npm ci && npm test'])
  })

  it('has a first program of at most 8 lines, a quick start of at most 30, and at most 120 in all', () => {
    const lengths = programsOf('README.md').programs.map(({ files }) => {
      expect(files.size).toBe(1)
      return files.get('main.mjs')?.trimEnd().split('\n').length
    })
    expect(lengths).toHaveLength(2)
    expect(lengths[0]).toBeLessThanOrEqual(8)
    expect(lengths[1]).toBeLessThanOrEqual(30)
    expect(lineCount('README.md')).toBeLessThanOrEqual(120)
  })

  it('leads to every page of the guide', () => {
    expect(guide.filter((page) => !read('README.md').includes(`](${page})`))).toEqual([])
  })
})

describe('ARCHITECTURE', () => {
  const rows = tableOf('Where to look for what')
  const words = new Set(
    ['src', 'workers', 'test/core', 'package.json'].flatMap((path) => textIn(path).match(/\w+/g) ?? []),
  )

  it('has at most 200 lines, and opens with a glossary of at most 30 terms', () => {
    expect(lineCount('ARCHITECTURE.md')).toBeLessThanOrEqual(200)
    expect(sectionsOf(read('ARCHITECTURE.md'))[2]?.heading).toBe('Glossary')
    const terms = tableOf('Glossary')
    expect(terms.length).toBeGreaterThan(20)
    expect(terms.length).toBeLessThanOrEqual(30)
  })

  it('has a row for each room', () => {
    const rooms = ['src', 'workers'].flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('index.ts') && file.includes('/'))
        .map((file) => `${folder}/${dirname(file)}/`),
    )
    const text = read('ARCHITECTURE.md')
    // The rooms of the codec share a row.
    expect(
      rooms.filter((room) => !room.startsWith('src/codec/') && !text.includes(`| \`${room}\` |`)),
    ).toEqual([])
  })

  it('answers questions with files and names that exist', () => {
    expect(rows.length).toBeGreaterThanOrEqual(30)
    const wrong = rows.flatMap(([question = '', files = '', names = '']) => {
      const texts = codeIn(files).map((file) => (existsSync(join(repository, file)) ? read(file) : undefined))
      if (texts.length === 0 || texts.includes(undefined)) return [`${question} ${files}`]
      return codeIn(names)
        .filter((name) => !texts.some((text) => new RegExp(`\\b${name}\\b`).test(text as string)))
        .map((name) => `${question} ${name}`)
    })
    expect(wrong).toEqual([])
  })

  it('leads to every page of docs/internals', () => {
    expect(internals.slice(1).filter((page) => !read('ARCHITECTURE.md').includes(`](${page})`))).toEqual([])
  })

  it.each(internals)('%s names files that exist', (page) => {
    const paths = codeIn(read(page)).filter((code) => /^(?:src|workers|test|scripts|examples)\//.test(code))
    expect(paths.filter((path) => !existsSync(join(repository, path)))).toEqual([])
  })

  it.each(internals)('%s names identifiers that the source has', (page) => {
    const text = read(page).replace(/^```[\s\S]*?^```$/gm, '')
    const names = [
      ...codeIn(text).filter((code) => /^[A-Za-z_]\w+$/.test(code)),
      ...[...text.matchAll(/\b[A-Z]+_[A-Z_]+\b/g)].map(([name]) => name),
    ]
    expect(names.filter((name) => !words.has(name))).toEqual([])
  })
})

function pagesIn(folder: string): string[] {
  return readdirSync(join(repository, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
}

/** The text of a file, or of all source files in a folder. */
function textIn(path: string): string {
  if (/\.json$/.test(path)) return read(path)
  return readdirSync(join(repository, path), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?[jt]s$/.test(file) && !file.endsWith('core/module.ts'))
    .map((file) => read(join(path, file)))
    .join('\n')
}

function lineCount(page: string): number {
  return read(page).trimEnd().split('\n').length
}

/** The texts between backticks. */
function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string)
}

/** The cells of each row of the table under a heading of ARCHITECTURE.md, without the table's head. */
function tableOf(heading: string): string[][] {
  const [, after = ''] = read('ARCHITECTURE.md').split(`\n## ${heading}\n`)
  const [section = ''] = after.split('\n## ')
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
}

/** The first `sh` block of the README. */
function setUp(): string {
  const blocks = sectionsOf(read('README.md')).flatMap((section) => section.blocks)
  return blocks.find(({ language }) => language === 'sh')?.text ?? ''
}

/** The anchor that GitHub gives a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
