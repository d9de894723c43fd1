import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commentsOf, opensBadly, sentencesOf } from './comments.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MOST_COLUMNS = 110

function files(pattern: RegExp): { file: string; text: string }[] {
  return execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => pattern.test(file) && file !== 'src/core/module.ts')
    .map((file) => ({ file, text: readFileSync(`${ROOT}${file}`, 'utf8') }))
}

describe('the sentences', () => {
  it('begin with their subject in comments', () => {
    const comments = files(/\.[cm]?[jt]s$/).flatMap(({ file, text }) => commentsOf(file, text))
    expect(comments.length).toBeGreaterThan(1000)
    const bad = comments.flatMap(({ file, line, text }) =>
      sentencesOf(text)
        .filter(opensBadly)
        .map((sentence) => `${file}:${line}: ${sentence}`),
    )
    expect(bad).toEqual([])
  })

  it('are at most 110 columns wide in comments', () => {
    const wide = files(/\.[cm]?[jt]s$/).flatMap(({ file, text }) =>
      text
        .split('\n')
        .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
        .filter(({ line }) => line.length > MOST_COLUMNS && /^\s*(?:\/\/|\/\*|\*)/.test(line))
        .filter(({ line }) => !/biome-ignore|https?:/.test(line))
        .map(({ at }) => at),
    )
    expect(wide).toEqual([])
  })

  it('are at most 110 columns wide in pages, tables and code apart', () => {
    const wide = files(/\.md$/).flatMap(({ file, text }) => {
      let isCode = false
      return text.split('\n').flatMap((line, index) => {
        if (line.startsWith('```')) isCode = !isCode
        const isProse = !isCode && !line.startsWith('|') && !line.includes('](')
        return isProse && line.length > MOST_COLUMNS ? [`${file}:${index + 1}`] : []
      })
    })
    expect(wide).toEqual([])
  })

  it('begin with their subject in titles of tests', () => {
    const bad = files(/^test\/.*\.test\.ts$/).flatMap(({ file, text }) =>
      [...text.matchAll(/\b(?:it|test|describe)(?:\.\w+)*\(\s*['"`]([^'"`\n]+)/g)]
        .map(([, title]) => title as string)
        .filter((title) => opensBadly(title[0]?.toUpperCase() + title.slice(1)))
        .map((title) => `${file}: ${title}`),
    )
    expect(bad).toEqual([])
  })
})

describe('the test of the sentences', () => {
  it('finds a bad beginning, in a block and in lines', () => {
    const source =
      '/**\n * Fine. Who waits\n * is served.\n */\n// Of a dead thread: nothing.\nlet a = 1 // What\n'
    const sentences = commentsOf('a.ts', source).flatMap(({ text }) => sentencesOf(text))
    expect(sentences.filter(opensBadly)).toEqual(['Who waits is served.', 'Of a dead thread:'])
  })

  it('lets a question stand', () => {
    expect(opensBadly('What has become of the item?')).toBe(false)
  })
})
