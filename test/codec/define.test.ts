import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  type CodecDescriptor,
  cellCodec,
  codecDescriptor,
  codecFromDescriptor,
  codecFromDescriptorAsync,
  codecs,
  defineCodec,
} from '../../src/codec/index.ts'

const fixture = (name: string): string => new URL(`./fixtures/${name}.mjs`, import.meta.url).href

const good = {
  filename: import.meta.url,
  name: 'good',
  encode: (item: string, into: Uint8Array) => {
    const bytes = Buffer.from(item)
    if (bytes.length <= into.length) into.set(bytes)
    return bytes.length
  },
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
}

describe('defineCodec', () => {
  it('accepts a path, a file: URL string and a URL for the same file', () => {
    const path = fileURLToPath(import.meta.url)
    for (const filename of [path, pathToFileURL(path).href, pathToFileURL(path)]) {
      expect(defineCodec({ ...good, filename }).filename).toBe(pathToFileURL(path).href)
    }
  })

  it('returns a frozen codec', () => {
    const codec = defineCodec({ ...good, byteLength: 3 })
    expect(Object.isFrozen(codec)).toBe(true)
    expect(codec).toMatchObject({ name: 'good', byteLength: 3 })
    const into = new Uint8Array(3)
    expect(codec.encode('abc', into)).toBe(3)
    expect(codec.decode(into)).toBe('abc')
  })

  it.each<[string, object, string]>([
    ['filename', { filename: './relative.js' }, 'ERR_INVALID_ARG_VALUE'],
    ['filename', { filename: 'https://example.org/a.js' }, 'ERR_INVALID_ARG_VALUE'],
    ['filename', { filename: new URL('data:text/javascript,1') }, 'ERR_INVALID_ARG_VALUE'],
    ['filename', { filename: 'file://[' }, 'ERR_INVALID_ARG_VALUE'],
    ['filename', { filename: undefined }, 'ERR_INVALID_ARG_TYPE'],
    ['filename', { filename: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ['name', { name: '' }, 'ERR_INVALID_ARG_VALUE'],
    ['name', { name: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ['encode', { encode: undefined }, 'ERR_INVALID_ARG_TYPE'],
    ['decode', { decode: 'x' }, 'ERR_INVALID_ARG_TYPE'],
    ['byteLength', { byteLength: -1 }, 'ERR_OUT_OF_RANGE'],
    ['byteLength', { byteLength: 1.5 }, 'ERR_OUT_OF_RANGE'],
    ['byteLength', { byteLength: '4' }, 'ERR_INVALID_ARG_TYPE'],
  ])('names %s when it is %s', (option, wrong, code) => {
    const message = expect.stringContaining(option)
    expect(() => defineCodec({ ...good, ...wrong })).toThrow(expect.objectContaining({ code, message }))
  })

  it('refuses an option that is not known, and names the nearest', () => {
    // @ts-expect-error: a wrong name on purpose
    expect(() => defineCodec({ ...good, byteLenght: 4 })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: 'definition.byteLenght is not a known option: did you mean byteLength?',
      }),
    )
  })

  it('refuses null', () => {
    // @ts-expect-error: null on purpose
    expect(() => defineCodec(null)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})

describe('codecDescriptor', () => {
  it.each(Object.entries(codecs))('names codecs.%s', (name, codec) => {
    const descriptor = structuredClone(codecDescriptor(codec))
    expect(descriptor).toEqual({ builtin: name })
    expect(codecFromDescriptor(descriptor!)).toBe(codec)
  })

  it('names a defined codec of this thread', async () => {
    const codec = defineCodec(good)
    const descriptor = structuredClone(codecDescriptor(codec))
    expect(descriptor).toEqual({ filename: import.meta.url, name: 'good' })
    expect(codecFromDescriptor(descriptor!)).toBe(codec)
    expect(await codecFromDescriptorAsync(descriptor!)).toBe(codec)
  })

  it('is undefined for a codec that defineCodec did not make', () => {
    expect(codecDescriptor({ ...good })).toBeUndefined()
    expect(codecDescriptor({ name: 'x', encode: () => 0, decode: () => 0 })).toBeUndefined()
  })
})

describe.each<[string, (descriptor: CodecDescriptor) => unknown]>([
  ['codecFromDescriptor', async (descriptor) => codecFromDescriptor(descriptor)],
  ['codecFromDescriptorAsync', codecFromDescriptorAsync],
])('%s', (_, resolve) => {
  it('loads a module of the user, and takes its export or the property of its default export', async () => {
    expect(await resolve({ filename: fixture('point'), name: 'point' })).toHaveProperty('name', 'point')
    expect(await resolve({ filename: fixture('point'), name: 'inDefault' })).toHaveProperty('name', 'point')
  })

  it.each(['absent', 'notACodec'])('names file and export when the export is %s', async (name) => {
    const filename = fixture('point')
    await expect(resolve({ filename, name })).rejects.toThrow(TypeError)
    await expect(resolve({ filename, name })).rejects.toThrow(filename)
    await expect(resolve({ filename, name })).rejects.toThrow(name)
  })

  it('refuses an unknown built-in', async () => {
    await expect(resolve({ builtin: 'toString' })).rejects.toThrow(TypeError)
  })
})

describe('codecFromDescriptor', () => {
  it.each(['awaiting', 'missing'])('names file, export and attachAsync for a module that is %s', (name) => {
    const filename = fixture(name)
    const text = (part: string) => expect.objectContaining({ message: expect.stringContaining(part) })
    for (const part of [filename, 'point', 'attachAsync']) {
      expect(() => codecFromDescriptor({ filename, name: 'point' })).toThrow(text(part))
    }
  })

  it('leaves modules that await to codecFromDescriptorAsync', async () => {
    const codec = await codecFromDescriptorAsync({ filename: fixture('awaiting'), name: 'point' })
    expect(cellCodec(codec).name).toBe('point')
  })
})
