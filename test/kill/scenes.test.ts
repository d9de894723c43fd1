import { describe, expect, it } from 'vitest'
import { runProcess } from './processes.ts'
import { SCENES } from './scenes.ts'

describe('deaths', () => {
  it.concurrent.each(SCENES)('%s', async (name) => {
    const { output, errors, code } = await runProcess('scenes.ts', [name], 50_000)
    expect(errors).toBe('')
    expect(output).toMatch(/played\n$/)
    expect(code).toBe(0)
  })
})
