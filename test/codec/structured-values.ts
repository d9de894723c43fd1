class Point {
  x = 1
  get double(): number {
    return this.x * 2
  }
}

export const shared = { shared: true }
export const cycle: Record<string, unknown> = { name: 'cycle' }
cycle.self = cycle
export const buffer = new ArrayBuffer(16)

/** A value of each kind that structuredClone can clone, with its name. */
/** The last element of `array` is not enumerable. */
function hidden(array: unknown[]): unknown[] {
  return Object.defineProperty(array, array.length - 1, { enumerable: false })
}

export const values: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['booleans', [true, false]],
  ['-0', -0],
  ['NaN and the infinities', [NaN, Infinity, -Infinity]],
  [
    'integers at the edges of each form',
    [0, 63, 64, 127, 128, -1, -128, -129, 2 ** 31 - 1, -(2 ** 31), 2 ** 31],
  ],
  ['doubles', [0.1, 5e-324, 1.7976931348623157e308, 2 ** 53]],
  ['BigInt', [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, 10n ** 100n, -(10n ** 100n)]],
  ['the empty string', ''],
  ['Latin-1 strings', ['é', 'é'.repeat(30), 'é'.repeat(100)]],
  [
    'ASCII of every form',
    ['a', 'a'.repeat(24), 'a'.repeat(25), 'a'.repeat(63), 'a'.repeat(64), 'a'.repeat(5000)],
  ],
  ['other strings', ['日本', '😀'.repeat(40), `${'a'.repeat(63)}é`, `${'a'.repeat(62)}日`]],
  ['lone surrogates', ['\ud800', 'a\udc00b', `${'x'.repeat(100)}\ud83d`]],
  ['Date', new Date(1_700_000_000_123)],
  ['an invalid Date', new Date(NaN)],
  ['a Date with a property', Object.assign(new Date(5), { extra: 1 })],
  [
    'Map',
    new Map<unknown, unknown>([
      [1, 'a'],
      ['b', { c: [1] }],
      [NaN, new Map()],
    ]),
  ],
  ['Set', new Set([1, 'a', undefined, NaN, new Set()])],
  ['nested plain objects', { a: { b: { c: [{ d: 1 }, { d: 2 }, { d: '3' }] } } }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['the key __proto__', JSON.parse('{"__proto__": {"polluted": true}, "a": 1}')],
  ['keys of Object.prototype', { constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: undefined }],
  ['integer-like keys', { b: 1, 10: 2, a: 3, 2: 4 }],
  ['keys in other scripts', { ключ: 1, 日本: 2, é: 3, '': 4, '\ud800': 5 }],
  ['a long key', { ['k'.repeat(1000)]: 1 }],
  ['300 keys', Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key${i}`, i]))],
  [
    'a hidden and a symbol property',
    Object.defineProperty({ [Symbol('s')]: 1, a: 2 }, 'hidden', { value: 3 }),
  ],
  [
    'a getter',
    {
      get a() {
        return 5
      },
    },
  ],
  ['an array of 300 elements', Array.from({ length: 300 }, (_, i) => i)],
  ['a sparse array', Object.assign(new Array(5), { 3: 'x' })],
  ['an array with properties', Object.assign([1, 2], { extra: { a: 1 } })],
  ['a hole and a property', Object.assign([1], { 2: 3, extra: 1 })],
  ['a match of a regular expression', /b(?<c>c)/.exec('abcd')],
  ['a subclass of Array', class extends Array {}.from([1, 2])],
  [
    'a subclass of Array with a hole and a property',
    Object.assign(new (class extends Array {})(3), { 0: 1, b: 2 }),
  ],
  ['an array without a prototype', Object.setPrototypeOf([1, [2]], null)],
  ['an array whose prototype has what it lacks', Object.setPrototypeOf(new Array(2), ['x', 'y'])],
  ['a property in place of a hidden element', Object.assign(hidden([1, 2]), { extra: 3 })],
  ['a cycle', cycle],
  ['shared references', { a: shared, b: [shared, shared] }],
  ['a class instance', new Point()],
  ['an array of class instances', [new Point(), new Point()]],
  ['an Error with a cause', new RangeError('outer', { cause: new TypeError('inner') })],
  ['RegExp', /a+/giu],
  ['boxed primitives', [Object('s'), Object(1), Object(true), Object(1n)]],
  ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
  [
    'typed arrays',
    [
      new Float64Array([1.5, NaN]),
      new BigInt64Array([1n]),
      new Uint8ClampedArray([1]),
      new DataView(buffer, 3),
    ],
  ],
  ['Uint8Array', { bytes: new Uint8Array([1, 2, 3]) }],
  ['an empty Uint8Array', new Uint8Array()],
  [
    'objects that only have a prototype',
    [
      Object.create(Date.prototype),
      Object.create(Map.prototype),
      Object.create(Uint8Array.prototype),
      Object.create(Array.prototype),
    ],
  ],
]
