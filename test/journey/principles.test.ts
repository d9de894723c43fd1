import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { interruptAt, run } from '../examples/run.ts'

const temporary = mkdtempSync(join(tmpdir(), 'millrace-principles-'))
afterAll(() => rmSync(temporary, { recursive: true }))

describe('the chart of scalability', () => {
  it('is an SVG with a point for each number of consumers, and a line for what the cores allow', async () => {
    const file = join(temporary, 'chart.svg')
    const { code, stdout, stderr } = await run('journey/11-scalability.ts', ['--out', file])
    expect([stderr, code]).toEqual(['', 0])
    expect(stdout).toContain(`chart: ${file}\n`)
    const svg = readFileSync(file, 'utf8')
    const cores = availableParallelism()
    for (const text of [
      `Throughput of CPU-bound work on ${cores} cores`,
      `${cores} cores at most: ${cores} times one consumer`,
      'consumers',
      'items a second',
      'measured',
    ])
      expect(svg).toContain(`>${text}</text>`)
    const rows = stdout.match(/^ +\d+ +\d+\/s/gm) ?? []
    // ECharts draws the dot of a point as a circle.
    expect(svg.match(/d="M1 0A1 1 0 1 1 1 /g)).toHaveLength(rows.length)
  })
})

describe('the killed consumers', () => {
  it('lose nothing when the run is interrupted as well, which exits with 130', async () => {
    const { code, stdout } = await run('journey/12-resilience.ts', [], {
      onStart: interruptAt('is started again'),
    })
    expect(stdout).toMatch(/\n3 restarts; 0 items unfinished\n300 put = 300 done \+ 0 lost; .*: 250\n$/)
    expect(code).toBe(130)
  })
})
