import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isExpected, programsOf, read, repository, sectionsOf, twoAtATime, Workshop } from './programs.ts'

const guide = readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`)
const pages = ['README.md', ...guide]
const all = pages.map((page) => ({ page, ...programsOf(page) }))

describe('the documents', () => {
  const workshop = new Workshop()
  afterAll(() => workshop.remove())

  const inTurn = twoAtATime()
  const programs = all.flatMap((each) => each.programs)
  // Begun here: the tests only wait for them, so that two run at a time.
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

  it('have no block that is not run, but for the set-up', () => {
    const others = all.flatMap(({ page, others }) => others.map(({ text }) => ({ page, text })))
    expect(others).toEqual([{ page: 'README.md', text: setUp() }])
    expect(programs.length).toBeGreaterThan(20)
  })

  it.each(pages)('%s links to files and headings that exist', (page) => {
    const links = [...read(page).matchAll(/\]\(([^):]+)\)/g)].map(([, link]) => link as string)
    const missing = links.filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(repository, target))) return true
      return anchor !== undefined && !sectionsOf(read(target)).some(({ heading }) => slug(heading) === anchor)
    })
    expect(missing).toEqual([])
    expect(page.startsWith('docs/') || links.length > 10).toBe(true)
  })
})

describe('README', () => {
  it('names exactly the two set-up commands', () => {
    const commands = setUp()
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+#.*/, ''))
    expect(commands).toEqual(['npm ci && npx tsx examples/bakery.ts', 'npm ci && npm test'])
  })

  it('has a quick start of at most 30 lines, and at most 250 in all', () => {
    const [program] = programsOf('README.md').programs
    expect(program?.files.size).toBe(1)
    expect(program?.files.get('main.mjs')?.trimEnd().split('\n').length).toBeLessThanOrEqual(30)
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(250)
  })

  it('leads to every page of the guide', () => {
    expect(guide.filter((page) => !read('README.md').includes(`](${page})`))).toEqual([])
  })
})

/** The first `sh` block of the README. */
function setUp(): string {
  const blocks = sectionsOf(read('README.md')).flatMap((section) => section.blocks)
  return blocks.find(({ language }) => language === 'sh')?.text ?? ''
}

/** As GitHub names a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
