import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { STEPS } from '../../examples/journey/steps.ts'
import { type Block, read, repository, sectionsOf } from '../docs/programs.ts'
import { CHECKS } from './checks.ts'

const PAGE = 'docs/journey.md'
const FOLDER = 'examples/journey'

const sections = sectionsOf(read(PAGE))
const blocks = sections.flatMap((section) => section.blocks)
const outputs = blocks.flatMap((block, index) => {
  const before = blocks[index - 1]
  return block.language === 'text' ? [{ command: before?.text.trimEnd() ?? '', block }] : []
})

describe('the page of the journey', () => {
  it('has a section for each step, with the command of its program', () => {
    const found = STEPS.map(({ program, title, args = [] }, index) => {
      const section = sections.find(({ heading }) => heading === `${index + 1}. ${title}`)
      const path = join(FOLDER, program)
      const commands = section?.blocks.filter(({ language }) => language === 'sh') ?? []
      return commands.some(({ text }) => text.startsWith(['npx tsx', path, ...args].join(' '))) ? [] : [title]
    })
    expect(found.flat()).toEqual([])
  })

  it.each(Object.keys(CHECKS))('shows what %s prints', (program) => {
    const shown = outputs.filter(({ command }) => command.split(' ')[2] === `${FOLDER}/${program}`)
    expect(shown).toHaveLength(1)
    CHECKS[program]?.(shown[0]?.block.text ?? '')
  })

  it('shows code that the programs have', () => {
    const sources = readdirSync(join(repository, FOLDER), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => withoutIndentation(readFileSync(join(repository, FOLDER, file), 'utf8')))
    const excerpts = blocks.filter(({ language }) => language === 'ts')
    const wrong = excerpts.filter(
      ({ text }) => !sources.some((source) => source.includes(withoutIndentation(text))),
    )
    expect(wrong.map(({ text }: Block) => text)).toEqual([])
    expect(excerpts.length).toBeGreaterThan(5)
  })

  it('has no output without a command', () => {
    expect(outputs.map(({ command }) => command).filter((text) => !text.startsWith('npx tsx '))).toEqual([])
  })
})

function withoutIndentation(text: string): string {
  return text.replace(/^ +/gm, '')
}
