import { describe, expect, it } from 'vitest'
import { callAt } from '../../src/threaded/call-expression.ts'

/** The call at ^ in a source, which is taken out of it. */
function at(marked: string) {
  const text = marked.replace('^', '')
  const lines = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const before = marked.slice(0, marked.indexOf('^')).split('\n')
  const place = { line: before.length, column: (before.at(-1) as string).length + 1 }
  return callAt({ text, lines, digest: '' }, place)
}

describe('the call at a place', () => {
  it.each([
    ['const a = ^threaded(m, f)', 1, 11],
    ['const a = threaded^(m, f)', 1, 11],
    ['const a = threaded^<F>(m, f)', 1, 11],
    ['const a = ^lib.threaded(m, f)', 1, 11],
    ['const a = lib.^threaded(m, f)', 1, 11],
    ['const a = lib\n  .^threaded(m, f)', 1, 11],
    ['const a = lib?.^threaded?.(m, f)', 1, 11],
    ['const a = ^(0, lib.threaded)(m, f)', 1, 11],
    ['const a = (0, ^lib.threaded)(m, f)', 1, 11],
    ['const a = (0, lib.^threaded)(m, f)', 1, 11],
    ['const a = (0, lib.threaded)^(m, f)', 1, 11],
    ['const a = (0,lib.threaded)^(m,f)', 1, 11],
    ['x\n  [^threaded(m, f), threaded(m, g)]', 2, 4],
    ['x\n  [threaded(m, f), ^threaded(m, g)]', 2, 20],
    ['const a = ^größe$1 (m, f)', 1, 11],
    ['const a = await ^threaded(m, f)', 1, 17],
  ])('begins where its function begins: %j', (marked, line, column) => {
    expect(at(marked)).toMatchObject({ line, column })
  })

  it.each([
    'const ^a = threaded(m, f)',
    'const a = th^readed(m, f)',
    'const a = threaded(^m, f)',
    'const a ^= threaded(m, f)',
    '^if (threaded) f()',
    'if ^(threaded) f()',
    'const a = (m, f)^',
    '// nothing ^here',
  ])('is none: %j', (marked) => {
    expect(at(marked)).toBeUndefined()
  })

  it('is none behind the end of the file', () => {
    expect(callAt({ text: 'a', lines: [0], digest: '' }, { line: 3, column: 1 })).toBeUndefined()
    expect(callAt({ text: 'a', lines: [0], digest: '' }, { line: 1, column: 9 })).toBeUndefined()
  })

  it.each([
    ['const parse = ^t(m, f)', 'parse', true],
    ['x()\nexport const parse = ^t(m, f)', 'parse', true],
    ['export const parse: Threaded<(a: B) => C> =\n  ^t(m, f)', 'parse', true],
    ['export default ^t(m, f)', 'default', true],
    ['exports.parse = ^(0, m.t)(m, f)', 'parse', true],
    ['exports.parse = void 0\nexports.parse = ^(0, m.t)(m, f)', 'parse', false],
    ['  const parse = ^t(m, f)', 'parse', false],
    ['{\nconst parse = ^t(m, f)\n}{\nconst parse = t(m, f)\n}', 'parse', false],
    ['const all = { parse: ^t(m, f) }', 'parse', false],
    ['const a = t(m, f), parse = ^t(m, g)', 'parse', false],
    ['const all = [^t(m, f)]', '', false],
    ['const parse = a ? b : ^t(m, f)', '', false],
    ['^t(m, f)', '', false],
  ])('has a variable: %j', (marked, variable, isDeclared) => {
    expect(at(marked)).toMatchObject({ variable, isDeclared })
  })
})
