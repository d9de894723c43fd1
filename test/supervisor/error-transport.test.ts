import { AssertionError } from 'node:assert'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, types } from 'node:util'
import { runInNewContext } from 'node:vm'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it } from 'vitest'
import { type PackedError, packError, unpackError } from '../../src/error-transport.ts'
import * as errors from '../../src/errors.ts'
import { within } from '../support/deadline.ts'

const { port1, port2 } = new MessageChannel()
afterAll(() => port1.close())

/** `thrown` as it arrives through a port. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at whatever arrives
function sent(thrown: unknown): any {
  port1.postMessage(packError(thrown))
  const received = receiveMessageOnPort(port2) as { message: PackedError }
  return unpackError(received.message)
}

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

class OrderError extends Error {
  order = { id: 7 }
}

const Suppressed = (
  typeof SuppressedError === 'undefined' ? class SuppressedError extends Error {} : SuppressedError
) as new () => Error

describe('an error of a well-known class', () => {
  it.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    'arrives as %o',
    (Class) => {
      const error = new Class('m')
      const arrived = sent(error)
      expect(Object.getPrototypeOf(arrived)).toBe(Class.prototype)
      expect(types.isNativeError(arrived)).toBe(true)
      expect(arrived.stack).toBe(error.stack)
      expect(Object.getOwnPropertyNames(arrived).sort()).toEqual(['message', 'stack'])
      expect(Object.keys(arrived)).toEqual([])
    },
  )

  const own = Object.entries(errors)
  it.each(own)('arrives as %s of this library', (name, Class) => {
    const error = new Class('m')
    const arrived = sent(error)
    expect(arrived).toBeInstanceOf(Class)
    expect(arrived.constructor).toBe(Class)
    expect([arrived.name, arrived.message, arrived.code]).toEqual([name, error.message, error.code])
    expect(inspect(arrived)).toBe(inspect(error))
  })

  it('arrives as a DOMException with its name and code', () => {
    const error = new DOMException('m', 'DataCloneError')
    const arrived = sent(error)
    expect(arrived).toBeInstanceOf(DOMException)
    expect([arrived.name, arrived.message, arrived.code]).toEqual(['DataCloneError', 'm', 25])
    expect(arrived.stack).toBe(error.stack)
    expect(Object.getOwnPropertyNames(arrived)).toEqual(Object.getOwnPropertyNames(error))
  })

  it('keeps the reason of an aborted signal', () => {
    const arrived = sent(new errors.AbortError(AbortSignal.abort().reason))
    expect(arrived.cause).toBeInstanceOf(DOMException)
    expect([arrived.cause.name, arrived.cause.code]).toEqual(['AbortError', 20])
  })

  it('keeps each error of an AggregateError, and hides `errors` as it was', () => {
    const error = new AggregateError([new TypeError('a'), 'b', new errors.QueueFullError('c')], 'm')
    const arrived = sent(error)
    expect(arrived).toBeInstanceOf(AggregateError)
    expect(arrived.errors[0]).toBeInstanceOf(TypeError)
    expect(arrived.errors[1]).toBe('b')
    expect(arrived.errors[2]).toBeInstanceOf(errors.QueueFullError)
    expect(Object.keys(arrived)).toEqual([])
  })

  it('keeps both errors of a SuppressedError, which not every Node has', () => {
    const error = Object.defineProperties(new Suppressed(), {
      error: { value: new TypeError('a') },
      suppressed: { value: new RangeError('b') },
    })
    const arrived = sent(error)
    expect(arrived.constructor.name).toBe('SuppressedError')
    expect(arrived instanceof Suppressed).toBe('SuppressedError' in globalThis)
    expect([arrived.error.name, arrived.suppressed.name]).toEqual(['TypeError', 'RangeError'])
    expect(Object.keys(arrived)).toEqual([])
  })

  it('is known in another realm', () => {
    const arrived = sent(runInNewContext('Object.assign(new TypeError("m"), { code: "C" })'))
    expect(arrived).toBeInstanceOf(TypeError)
    expect(arrived.constructor).toBe(TypeError)
    expect([arrived.message, arrived.code]).toEqual(['m', 'C'])
  })

  it('is known in another copy of this library', async () => {
    const copy = (await import(new URL('../../dist/src/errors.js', import.meta.url).href)) as typeof errors
    expect(copy.QueueEmptyError).not.toBe(errors.QueueEmptyError)
    expect(sent(new copy.QueueEmptyError('m'))).toBeInstanceOf(errors.QueueEmptyError)
  })
})

describe('an error of another class', () => {
  it('arrives as an Error of a class with that name', () => {
    const error = new OrderError('m')
    const arrived = sent(error)
    expect(arrived).toBeInstanceOf(Error)
    expect(arrived).not.toBeInstanceOf(OrderError)
    expect(types.isNativeError(arrived)).toBe(true)
    expect([arrived.name, arrived.constructor.name]).toEqual(['Error', 'OrderError'])
    expect(inspect(arrived)).toBe(inspect(error))
    expect(inspect(arrived)).toMatch(/^OrderError: m\n/)
  })

  it('keeps a name of its own, or of its prototype', () => {
    class Named extends Error {
      override name = 'MyName'
    }
    class Derived extends Error {}
    Object.defineProperty(Derived.prototype, 'name', { get: () => 'FromPrototype' })
    expect([sent(new Named()).name, sent(new Named()).constructor.name]).toEqual(['MyName', 'Named'])
    expect(sent(new Derived()).name).toBe('FromPrototype')
    expect(Object.keys(sent(new Derived()))).toEqual([])
  })

  it('stays below the nearest class that is known', () => {
    class Narrow extends RangeError {}
    class Full extends errors.QueueFullError {}
    class Dom extends DOMException {}
    expect(sent(new Narrow())).toBeInstanceOf(RangeError)
    expect(sent(new Full())).toBeInstanceOf(errors.QueueFullError)
    const arrived = sent(new Dom('m', 'AbortError'))
    expect(arrived).toBeInstanceOf(DOMException)
    expect([arrived.constructor.name, arrived.name, arrived.code]).toEqual(['Dom', 'AbortError', 20])
  })

  it('is not taken for the one of this library that has its name', () => {
    const QueueFullError = class QueueFullError extends Error {}
    const arrived = sent(new QueueFullError('m'))
    expect(arrived).not.toBeInstanceOf(errors.QueueFullError)
    expect(arrived.constructor.name).toBe('QueueFullError')
  })

  it('may be made without `class`', () => {
    function Old(this: Error) {
      this.message = 'm'
    }
    Old.prototype = Object.create(Error.prototype, { constructor: { value: Old } })
    const arrived = sent(Reflect.construct(Old, []))
    expect(arrived).toBeInstanceOf(Error)
    expect([arrived.constructor.name, arrived.message]).toEqual(['Old', 'm'])
    expect(arrived.stack).toBeUndefined()
  })

  it('may have a class without a name, or with a name that is no string', () => {
    class Odd extends Error {
      static override readonly name = 5 as unknown as string
    }
    expect(sent(new (class extends Error {})('m')).constructor.name).toBe('')
    expect(sent(new Odd('m')).constructor).toBe(Error)
    expect(sent(Object.setPrototypeOf(new Error('m'), null)).constructor).toBe(Error)
  })
})

describe('a property', () => {
  it('arrives as structured clone makes it', () => {
    const values = {
      date: new Date(5),
      map: new Map([[{ a: 1 }, new Set([1n])]]),
      big: 2n ** 70n,
      nested: { list: [1, [undefined, null]], pattern: /x/g },
      floats: new Float64Array([1.5, Number.NaN]),
      nothing: undefined,
    }
    const arrived = sent(Object.assign(new Error('m'), values))
    expect({ ...arrived }).toStrictEqual(values)
  })

  it('arrives with its class where it is an error', () => {
    const reason = new errors.TaskDoneError('r')
    const arrived = sent(Object.assign(new OrderError('m'), { reason, all: [reason, 1] }))
    expect(arrived.reason).toBeInstanceOf(errors.TaskDoneError)
    expect(arrived.all).toEqual([arrived.reason, 1])
    expect(arrived.all[0]).toBe(arrived.reason)
  })

  it('is left out where it is a function, or its key a symbol', () => {
    const arrived = sent(Object.assign(new Error('m'), { toJSON: () => 1, [Symbol.for('s')]: 1, a: 1 }))
    expect({ ...arrived }).toEqual({ a: 1 })
  })

  it('arrives as text where it cannot be cloned', () => {
    class Socket {
      #descriptor = 3
      send = () => this.#descriptor
    }
    const { port1: port } = new MessageChannel()
    const arrived = sent(Object.assign(new Error('m'), { socket: new Socket(), symbol: Symbol('s'), port }))
    expect(arrived.socket).toBe('Socket { send: [Function: send] }')
    expect(arrived.symbol).toBe('Symbol(s)')
    expect(arrived.port).toMatch(/^MessagePort/)
    port.close()
  })

  it('named __proto__ changes no prototype', () => {
    const error = new Error('m')
    Object.defineProperty(error, '__proto__', { value: { polluted: 1 }, enumerable: true })
    Object.assign(error, { nested: JSON.parse('{"__proto__":{"polluted":1}}') })
    const arrived = sent(error)
    expect(Object.getPrototypeOf(arrived)).toBe(Error.prototype)
    expect(arrived.polluted).toBeUndefined()
    expect(Object.getOwnPropertyDescriptor(arrived, '__proto__')?.value).toEqual({ polluted: 1 })
    expect(arrived.nested.polluted).toBeUndefined()
    expect('polluted' in {}).toBe(false)
    const Proto = Object.defineProperty(class extends Error {}, 'name', { value: '__proto__' })
    expect(sent(new Proto('m')).constructor.name).toBe('__proto__')
  })

  it('named as what the class has read-only, or as `constructor`, is kept', () => {
    const error = new DOMException('m', 'AbortError')
    Object.defineProperty(error, 'code', { value: 'MINE', enumerable: true })
    Object.defineProperty(error, 'constructor', { value: 'c', enumerable: true })
    const arrived = sent(error)
    expect([arrived.code, arrived.constructor]).toEqual(['MINE', 'c'])
    expect(arrived).toBeInstanceOf(DOMException)
  })

  it('with a getter that throws arrives as (unreadable)', () => {
    const error = new OrderError('m')
    const boom = () => {
      throw new Error('boom')
    }
    for (const key of ['name', 'cause', 'mine'])
      Object.defineProperty(error, key, { get: boom, enumerable: true })
    const arrived = sent(error)
    expect([arrived.name, arrived.cause, arrived.mine]).toEqual(Array(3).fill('(unreadable)'))
    expect([arrived.message, arrived.order]).toEqual(['m', { id: 7 }])
    expect(arrived.constructor.name).toBe('OrderError')
  })

  it('with a getter inside that throws arrives as text', () => {
    const boom = Object.defineProperty({}, 'x', {
      get: () => {
        throw new Error('boom')
      },
      enumerable: true,
    })
    expect(sent(Object.assign(new Error('m'), { boom })).boom).toBe('{ x: [Getter] }')
  })

  it('is as it was when the error was packed', () => {
    const order = { id: 7 }
    const packed = packError(Object.assign(new Error('m'), { order }))
    Object.assign(order, { id: 8, refund: () => {} })
    expect(unpackError(structuredClone(packed))).toMatchObject({ order: { id: 7 } })
  })
})

describe('message and stack', () => {
  it('arrive unchanged, however long', () => {
    const error = new Error('é'.repeat(500_000))
    error.stack = `${error.message}\n    at elsewhere${'x'.repeat(500_000)}`
    const arrived = sent(error)
    expect(arrived.message === error.message).toBe(true)
    expect(arrived.stack === error.stack).toBe(true)
  })

  it('need not be strings; a stack arrives as text', () => {
    const error = Object.assign(new Error(), { message: { a: 1 }, stack: 5 })
    expect([sent(error).message, sent(error).stack]).toEqual([{ a: 1 }, '5'])
    const symbols = Object.assign(new Error(), { message: Symbol('m'), stack: Symbol('s'), name: null })
    const arrived = sent(symbols)
    expect([arrived.message, arrived.stack, arrived.name]).toEqual(['Symbol(m)', 'Symbol(s)', null])
    const dom = Object.defineProperty(new DOMException('m'), 'message', {
      value: { toString: 1, valueOf: 1 },
    })
    expect(sent(dom).message).toEqual({ toString: 1, valueOf: 1 })
  })

  it('are not made up where there was none', () => {
    const error = new Error()
    delete error.stack
    expect(Object.getOwnPropertyNames(sent(error))).toEqual([])
  })

  it('keep the line that does not compile', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
    writeFileSync(join(folder, 'broken.cjs'), 'let bread = ;\n')
    const arrived = sent(caught(() => createRequire(import.meta.url)(join(folder, 'broken.cjs'))))
    rmSync(folder, { recursive: true })
    expect(arrived).toBeInstanceOf(SyntaxError)
    expect(arrived.stack).toMatch(/broken\.cjs:1\nlet bread = ;\n +\^\n/)
  })

  it('may be computed by a hook that throws', () => {
    const { prepareStackTrace } = Error
    const error = new Error('m')
    Error.prepareStackTrace = () => {
      throw new Error('boom')
    }
    try {
      expect(sent(Object.assign(error, { a: 1 }))).toMatchObject({ message: 'm', a: 1 })
    } finally {
      Error.prepareStackTrace = prepareStackTrace
    }
  })
})

describe('a cause', () => {
  it('arrives, and its cause', () => {
    const arrived = sent(new Error('a', { cause: new TypeError('b', { cause: { c: 1 } }) }))
    expect(arrived.cause).toBeInstanceOf(TypeError)
    expect(arrived.cause.cause).toEqual({ c: 1 })
    expect(Object.keys(arrived)).toEqual([])
  })

  it('that is undefined differs from none', () => {
    expect('cause' in sent(new Error('m', { cause: undefined }))).toBe(true)
    expect('cause' in sent(new Error('m'))).toBe(false)
  })

  it('that is a method of the class is none', () => {
    class Verbose extends Error {}
    Object.defineProperty(Verbose.prototype, 'cause', { value: () => null })
    expect('cause' in sent(new Verbose('m'))).toBe(false)
  })

  it('may be the error itself, or lead back to it', () => {
    const self = new Error('self')
    self.cause = self
    expect(sent(self).cause.cause.message).toBe('self')
    const a = Object.assign(new OrderError('a'), { other: new Error('b') as Error & { back?: unknown } })
    a.other.back = [a]
    const arrived = sent(a)
    expect(arrived.other.back[0]).toBe(arrived)
  })

  it('is followed 16 deep, and the text says so', () => {
    const chainOf = (length: number) => {
      let error = new Error('last')
      for (let i = 0; i < length; i++) error = new Error(`${i}`, { cause: error })
      return error
    }
    const depthOf = (error: Error): unknown[] => [
      error,
      ...(error.cause instanceof Error ? depthOf(error.cause) : []),
    ]
    expect(depthOf(sent(chainOf(16)))).toHaveLength(17)
    const long = depthOf(sent(chainOf(20_000))) as Error[]
    expect(long).toHaveLength(17)
    expect(long.at(-1)?.cause).toBe('(left out: more than 16 errors deep)')
  })

  it('that is new at every look ends there, too', () => {
    class Endless extends Error {
      get again() {
        return new Endless()
      }
    }
    Object.defineProperty(Endless.prototype, 'cause', { get: () => new Endless() })
    expect(inspect(sent(new Endless()), { depth: 20 })).toContain('more than 16 errors deep')
  })
})

describe("Node's errors", () => {
  it('keep errno, syscall, path and code', () => {
    const error = caught(() => readFileSync('/no/such/file')) as Error
    const arrived = sent(error)
    expect({ ...arrived }).toEqual({ ...error })
    expect({ ...arrived }).toMatchObject({ syscall: 'open', path: '/no/such/file', code: 'ENOENT' })
    expect(inspect(arrived)).toBe(inspect(error))
  })

  it('with a code keep their class', () => {
    const arrived = sent(caught(() => Buffer.alloc('x' as never)))
    expect(arrived.constructor).toBe(TypeError)
    expect(arrived.code).toBe('ERR_INVALID_ARG_TYPE')
  })

  it('from node:assert keep both sides', () => {
    const arrived = sent(new AssertionError({ actual: new Date(1), expected: 2n, operator: 'equal' }))
    expect(arrived.constructor.name).toBe('AssertionError')
    expect(arrived).toMatchObject({ actual: new Date(1), expected: 2n, code: 'ERR_ASSERTION' })
  })
})

describe('a thrown value that is no error', () => {
  it.each([['text'], [undefined], [null], [0], [7n], [{ a: [new Date(5)] }], [[1, new Map([[1, 2]])]]])(
    'arrives as itself: %o',
    (thrown) => {
      expect(sent(thrown)).toStrictEqual(thrown)
    },
  )

  it.each<[string, unknown]>([
    ['Symbol(s)', Symbol('s')],
    ['[Function: f]', function f() {}],
    ['{ f: [Function: f] }', { f() {} }],
    ['WeakMap { <items unknown> }', new WeakMap()],
  ])('arrives as an Error where it cannot be cloned: %s', (text, thrown) => {
    const arrived = sent(thrown)
    expect(arrived.constructor).toBe(Error)
    expect(arrived.message).toBe(text)
    expect(arrived.stack).toContain(text)
  })

  it('may be a list of errors', () => {
    const [first, second] = sent([new errors.QueueFullError('m'), new OrderError('n')])
    expect(first).toBeInstanceOf(errors.QueueFullError)
    expect(second.constructor.name).toBe('OrderError')
  })

  it('may refuse every access', () => {
    const hostile = {
      f() {},
      [inspect.custom]: () => {
        throw new Error('boom')
      },
    }
    expect(sent(hostile).message).toBe('(object that cannot be shown)')
  })
})

describe('a proxy', () => {
  const boom = () => {
    throw new Error('boom')
  }
  const traps = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor']

  it.each([...traps, traps.join()])('may throw at %s', (which) => {
    const proxy = new Proxy(
      new OrderError('m'),
      Object.fromEntries(which.split(',').map((trap) => [trap, boom])),
    )
    expect(sent(proxy)).toBeInstanceOf(Error)
    expect(sent(Object.assign(new Error('outer'), { proxy })).message).toBe('outer')
    expect(sent(new Error('outer', { cause: proxy })).message).toBe('outer')
  })

  it('around an error arrives as that error', () => {
    const arrived = sent(new Proxy(new OrderError('m'), {}))
    expect([arrived.constructor.name, arrived.message, arrived.order]).toEqual(['OrderError', 'm', { id: 7 }])
  })

  it('may be revoked, among the prototypes, or its own prototype', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('m'), {})
    revoke()
    expect(sent(proxy)).toBeInstanceOf(Error)
    const odd = Object.setPrototypeOf(new Error('m'), new Proxy({}, { getPrototypeOf: boom }))
    expect(sent(odd)).toBeInstanceOf(Error)
    const own: object = new Proxy({}, { getPrototypeOf: () => own })
    expect(sent(Object.setPrototypeOf(new Error('m'), own)).message).toBe('m')
  })
})

describe('from another thread', () => {
  async function thrownBy(kind: string): Promise<{ arrived: Record<string, unknown>; stack: string }> {
    const worker = new Worker(new URL('./fixtures/throws.mjs', import.meta.url))
    worker.postMessage(kind)
    const [{ packed, stack }] = await within(once(worker, 'message'), `an error of ${kind}`)
    await worker.terminate()
    return { arrived: unpackError(packed) as Record<string, unknown>, stack }
  }

  it('an error arrives with class, cause, properties and stack', async () => {
    const { arrived, stack } = await thrownBy('class')
    expect(arrived).toBeInstanceOf(Error)
    expect(arrived.constructor.name).toBe('OrderError')
    expect(arrived).toMatchObject({ message: 'no bread', order: { id: 7, placed: new Date(5) }, stack })
    expect(arrived.cause).toBeInstanceOf(errors.QueueShutDownError)
  })

  it('a property too deep for the stack of this thread arrives as text', async () => {
    const { arrived } = await thrownBy('deep')
    expect(arrived).toMatchObject({ message: 'deep', chain: '{ next: { next: { next: [Object] } } }' })
  })

  it('a thrown object too deep for the stack of this thread arrives as an Error', async () => {
    const { arrived } = await thrownBy('deepItem')
    expect(arrived).toBeInstanceOf(Error)
    expect(arrived.message).toBe('{ next: { next: { next: [Object] } } }')
  })
})
