import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildCore, configText, moduleText } from '../../scripts/build-core.ts'
import { MAX_PAGES } from '../../src/core/geometry.ts'
import { moduleBytes } from '../../src/core/module.ts'
import * as operations from '../../src/core/operations/index.ts'
import { buildControl } from './control-module.ts'
import { FORBIDDEN, forbiddenIn, readModule } from './wasm.ts'

const shipped = moduleBytes()

describe('the shipped module', () => {
  const parts = readModule(shipped)

  it('has no loop, no call, no wait and nothing else in which a thread could be interrupted', () => {
    expect(forbiddenIn(parts)).toEqual({})
    expect([...parts.opcodes.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1000)
  })

  it('exports the operations of the shared source, and nothing else', () => {
    const names = Object.keys(operations).map((name) => `${name} function`)
    expect([...parts.exports].sort()).toEqual([...names].sort())
  })

  it('imports one shared memory of any size up to the limit, and nothing else', () => {
    expect(parts.imports).toEqual(['env.memory memory'])
    expect(parts.memory).toEqual({ initial: 1, maximum: MAX_PAGES + 1, shared: true })
  })

  it('is what its source compiles to', async () => {
    const built = await buildCore()
    expect(Buffer.from(built).equals(shipped)).toBe(true)
    const file = readFileSync(new URL('../../src/core/module.ts', import.meta.url), 'utf8')
    expect(moduleText(built)).toBe(file)
  }, 60_000)
})

describe('the configuration of the operations', () => {
  it('is generated from its list', () => {
    const file = readFileSync(new URL('../../src/core/words/config.ts', import.meta.url), 'utf8')
    expect(configText()).toBe(file)
  })
})

describe('the reader of modules', () => {
  it.each(Object.entries(FORBIDDEN))('finds %s, %s', (opcode, name) => {
    expect(forbiddenIn(readModule(moduleWith(opcode)))).toEqual({ [name]: 1 })
  })

  it('finds the loop of the control module', async () => {
    expect(forbiddenIn(readModule(await buildControl('put')))).toEqual({ loop: 1 })
  }, 60_000)

  it('refuses an opcode that it does not know', () => {
    expect(() => readModule(moduleWith('0xfb'))).toThrow('does not know')
  })
})

/** A module whose one function holds `opcode`, with zeroes for its immediates, among plain ones. */
function moduleWith(opcode: string): Uint8Array {
  const code = opcode.split(' ').map(Number)
  const immediates: Record<string, number> = { '0x11': 2, '0x13': 2, '0xfc 0x08': 2, '0xfc 0x0a': 2 }
  const count = opcode.startsWith('0xfe') ? 2 : (immediates[opcode] ?? 1)
  const body = [0, 0x41, 7, 0x1a, ...code, ...new Array(count).fill(0), 0x01, 0x0b]
  const section = [1, body.length, ...body]
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, section.length, ...section])
}
