import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../src/supervisor/', import.meta.url))

it('the name of a role stands only where the plans are made', () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const named = files.filter((file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
    // A report's type lists the roles.
    const isOfRole = (line: string) => /'(?:spawn|produce|consume)'/.test(line)
    return lines.some((line) => isOfRole(line) && !line.includes('readonly role:'))
  })
  expect(named).toEqual([join('calls', 'unsupervised.ts'), join('tasks', 'plans.ts')])
})
