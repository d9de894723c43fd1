import { describe, expect, it } from 'vitest'
import { CASES } from './cases.ts'
import { runProcess } from './processes.ts'

describe('a death', () => {
  it.concurrent.each(CASES)('%s', async (name) => {
    const { output, errors, code } = await runProcess('cases.ts', [name], 50_000)
    expect(errors).toBe('')
    expect(output).toMatch(/done\n$/)
    expect(code).toBe(0)
  })
})
