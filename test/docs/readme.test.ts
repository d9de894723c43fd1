import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(readme)?.[1] ?? ''
}

describe('README', () => {
  it('has a quick start that runs and ends by itself', () => {
    // Inside the checkout, so that 'millrace' is found as an installed package would be.
    const folder = mkdtempSync(join(root, 'dist/readme-'))
    try {
      const file = join(folder, 'main.mjs')
      writeFileSync(file, block('js'))
      const output = execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 30_000 })
      const lines = output
        .trim()
        .split('\n')
        .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      expect(lines).toEqual(Array.from({ length: 10 }, (_, index) => `${index + 1} ${(index + 1) ** 2}`))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('names exactly the two set-up commands', () => {
    const commands = block('sh')
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+#.*/, ''))
    expect(commands).toEqual(['npm ci && npx tsx examples/bakery.ts', 'npm ci && npm test'])
  })

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path as string)
    expect(links.length).toBeGreaterThan(3)
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})
