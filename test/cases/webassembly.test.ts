import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('webassembly')
afterAll(() => site.remove())

/** Whether this Node knows the option. */
function knows(path: string, option: string): boolean {
  try {
    execFileSync(path, [option, '-e', ''], { stdio: 'ignore', timeout: 20_000 })
    return true
  } catch {
    return false
  }
}

describe.each(nodes)('a queue, on Node $version', ({ path }) => {
  it.each(['Queue', 'LifoQueue', 'PriorityQueue'])(
    'says that a %s cannot be made with --jitless',
    async (kind) => {
      const { code, stderr } = await site.run(path, '.', ['--jitless', 'main.mjs', kind])
      expect(stderr).toMatch(/Error: millrace needs WebAssembly.*--jitless/)
      expect(stderr).not.toMatch(/address space|ulimit/)
      expect(code).toBe(1)
    },
  )

  it.runIf(knows(path, '--no-expose-wasm'))(
    'says that it needs WebAssembly if another option takes that away',
    async () => {
      const { code, stderr } = await site.run(path, '.', ['--no-expose-wasm', 'main.mjs'])
      expect(stderr).toMatch(/Error: millrace needs WebAssembly.*--no-expose-wasm/)
      expect(code).toBe(1)
    },
  )

  /** Enough for Node, and too little for the addresses that V8 reserves for its trap handler. */
  const LIMIT_KIB = 4_000_000
  const limited = (options: string) => ['-c', `ulimit -v ${LIMIT_KIB}; exec '${path}' ${options} main.mjs`]

  it.runIf(process.platform === 'linux')(
    'is made with few addresses, or says which option helps',
    async () => {
      const { code, stdout, stderr } = await site.run('/bin/sh', '.', limited(''))
      if (code === 0) expect(stdout).toBe('there\n')
      else expect(stderr).toMatch(/RangeError: could not reserve memory.*--disable-wasm-trap-handler/)
    },
  )

  it.runIf(process.platform === 'linux')('is made with few addresses if that option is given', async () => {
    const ended = await site.run('/bin/sh', '.', limited('--disable-wasm-trap-handler'))
    expect(ended).toMatchObject({ code: 0, stdout: 'there\n' })
  })
})
