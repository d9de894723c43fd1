import { serialize } from 'node:v8'
import * as tags from '../../src/codec/tagged/tags.ts'
import { DICTIONARY, LATIN1, STRING } from '../../src/codec/tagged/tags.ts'
import type { Random } from '../support/random.mjs'
import { encoded, type Subject } from './subjects.ts'

/** The longest input; longer ones are cut. */
export const MAX_BYTES = 1 << 20

const V8_HEADER = serialize(0).subarray(0, 2)
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'length']
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]

/** Bytes for the decoder of `subject` that its encoder need not have written. */
export function hostileBytes(random: Random, subject: Subject): Uint8Array {
  const kind = random.below(100)
  if (kind < 3) return randomNoise(random, subject)
  if (kind < 8) return crafted(random, subject)
  // Deep inputs are large, so there are few of them.
  if (random.chance(1 / 2000)) return nested(random, subject)
  let bytes = encoded(subject, subject.item(random))
  for (let count = random.pick([1, 1, 1, 2, 3]); count > 0; count--) bytes = mutated(random, subject, bytes)
  return bytes.subarray(0, MAX_BYTES)
}

function mutated(random: Random, subject: Subject, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1)
  switch (random.below(8)) {
    case 0:
      return bytes.slice(0, at)
    case 1:
      return flipped(random, bytes)
    case 2:
      return overwritten(random, bytes)
    case 3:
      // These places may hold lengths, tags or values.
      return withByte(bytes, random.below(bytes.length), random.pick([0, 0xff, 0x80, random.below(256)]))
    case 4: {
      const other = encoded(subject, subject.item(random))
      return concat(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)))
    }
    case 5:
      return concat(bytes.subarray(0, at), namedPiece(random, subject), bytes.subarray(at))
    case 6:
      return concat(
        bytes.subarray(0, at),
        bytes.subarray(random.below(at + 1), at + random.below(20)),
        bytes.subarray(at),
      )
    default:
      return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8)))
  }
}

function flipped(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  if (copy.length === 0) return copy
  for (let count = 1 + random.below(8); count > 0; count--) {
    const at = random.below(copy.length)
    copy[at] = (copy[at] as number) ^ (1 << random.below(8))
  }
  return copy
}

/** A false length: one, two or four bytes, in either order, or a varint. */
function overwritten(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes)
  const value = random.chance(0.8) ? random.pick(EXTREMES) : random.below(2 ** 32)
  const width = random.pick([1, 2, 4, 5])
  const at = random.below(Math.max(1, copy.length - width + 1))
  if (width === 5) return concat(copy.subarray(0, at), varint(value), copy.subarray(at + 1))
  if (at + width > copy.length) return copy
  const low = width === 4 ? value : value % 256 ** width
  if (random.chance(0.5)) copy.writeUIntBE(low, at, width)
  else copy.writeUIntLE(low, at, width)
  return copy
}

function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = bytes.slice()
  if (copy.length > 0) copy[at] = byte
  return copy
}

/** A key that has a meaning on a prototype, with a value, in the form of the codec. */
function namedPiece(random: Random, { name: codec }: Subject): Uint8Array {
  const name = Buffer.from(random.pick(NAMES))
  if (codec === 'json' || codec === 'defined') return Buffer.from(`"${name}":{"polluted":1},`)
  if (codec === 'msgpack') {
    return Uint8Array.of(0x81, 0xa0 + name.length, ...name, 0x81, 0xa8, ...Buffer.from('polluted'), 1)
  }
  if (codec !== 'structured') return name
  return random.chance(0.5)
    ? Uint8Array.of(DICTIONARY, 1, 0, 0, 0, STRING + name.length, ...name, 1)
    : Uint8Array.of(0x22, name.length, ...name, 0x6f, 0x22, 8, ...Buffer.from('polluted'), 0x54, 0x7b, 1)
}

function randomNoise(random: Random, { name }: Subject): Uint8Array {
  const noise = Uint8Array.from({ length: random.below(80) }, () => random.below(256))
  return name === 'structured' && random.chance(0.5) ? concat(V8_HEADER, noise) : noise
}

/** Headers that claim a long content which is not there. */
function crafted(random: Random, { name }: Subject): Uint8Array {
  const length = random.pick([...EXTREMES, 33_554_432, 33_554_433, 2 ** 21, 1000])
  const big = varint(length)
  const rest = Uint8Array.from({ length: random.below(12) }, () => random.below(256))
  if (name === 'msgpack') {
    const head = random.pick([0xdc, 0xdd, 0xde, 0xdf, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd9, 0xda, 0xdb])
    return concat(Uint8Array.of(head), bigEndian(length), rest)
  }
  if (name === 'json' || name === 'defined') {
    const text = [
      `{"${length}":1}`,
      `1e${length}`,
      `"${'\\u'.repeat(5)}`,
      `${'9'.repeat(2000)}`,
      `{"__proto__":${length}}`,
      '[,]',
    ]
    return Buffer.from(random.pick(text))
  }
  if (name !== 'structured') return concat(bigEndian(length), rest)
  if (random.chance(0.2)) return craftedObject(random, length, rest)
  if (random.chance(0.4)) {
    const tag = random.pick([0x8e, 0x8f, 0x90, 0x93, 0x94, LATIN1, 0x8b, 0x8c, 0x89])
    const le = Uint8Array.from(bigEndian(length)).reverse()
    return concat(Uint8Array.of(tag), tag === 0x89 ? Uint8Array.of(1) : [], le, rest)
  }
  switch (random.below(5)) {
    case 0:
      return concat(V8_HEADER, [0x61], big, [0x40, 0], big)
    case 1:
      return concat(V8_HEADER, [0x41, 1, 0x61], big, [0x49, 2, 0x30, 0x40, 1], big, [0x24, 0, 1])
    case 2:
      return concat(V8_HEADER, [0x7e], varint(random.below(9)), big, rest)
    case 3:
      return concat(V8_HEADER, [0x5c, random.pick([0xff, 0, 9, 11])], [1], rest, rest, [0x42], big, rest)
    default:
      return concat(V8_HEADER, [random.pick([0x41, 0x42, 0x22, 0x53, 0x63, 0x5a, 0x5e])], big, rest)
  }
}

/** Views, references and sparse arrays that claim what is not there. */
function craftedObject(random: Random, length: number, rest: Uint8Array): Uint8Array {
  const u32 = (value: number) => Uint8Array.from(bigEndian(value)).reverse()
  const kind = random.below(15)
  const buffer = random.pick([
    [tags.BUFFER, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
    [tags.REF, 0, 0, 0, 0],
    [tags.REF, 1, 0, 0, 0],
  ])
  const value = random.pick([
    concat([tags.VIEW, kind], u32(length), rest),
    concat([tags.VIEW_ON], u32(random.below(20)), [kind], u32(random.below(4)), buffer),
    concat([tags.VIEW_ON], u32(length), [kind], u32(length), buffer),
    concat([tags.SPARSE], u32(length), u32(random.below(3)), rest),
    concat([tags.SPARSE], u32(2 ** 20), [1, 0, 0, 0, STRING + 6], Buffer.from('length'), rest),
    concat([tags.REGEXP, random.below(256), STRING + 2], Buffer.from(random.pick(['a*', '((', 'a\\'])), rest),
    concat([tags.LIMBS, random.below(256)], rest),
    concat([tags.REF], u32(random.pick([length, 0, 1]))),
    concat([tags.BUFFER], u32(length), rest),
  ])
  const array = tags.ARRAY8 + (random.chance(0.7) ? tags.NUMBERED : 0)
  return concat([array, 3], value, value, [tags.REF], u32(random.below(6)))
}

/** Up to 10^5 values inside each other. Some of them claim all bytes that follow. */
function nested(random: Random, { name }: Subject): Uint8Array {
  const depth = random.pick([150, 210, 499, 501, 3000, 20_000, 100_000])
  const text = name === 'json' || name === 'defined'
  if (text) {
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['[0,', ']'],
    ]) as [string, string]
    return Buffer.from(open.repeat(depth) + (random.chance(0.5) ? `1${close.repeat(depth)}` : ''))
  }
  const far = Math.min(depth, 60_000)
  const units: Record<string, readonly (readonly number[])[]> = {
    structured: [
      [0x8d, 1],
      [0x8e, 0, 1, 0, 0],
      [0x8f, 1, 0, 0, 0],
      [0x93, 1, 0, 0, 0, STRING],
      [0x91, 2, 0, 0, 1, STRING],
      [tags.SPARSE, 0, 1, 0, 0, 1, 0, 0, 0, 0],
      [tags.ARRAY8 + tags.NUMBERED, 1, tags.ARRAY8, 1],
    ],
    msgpack: [[0x91], [0x81, 0xa1, 0x61], [0xdd, 0, 0, 0x80, 0], [0xdc, 255, 255]],
    v8: [
      [0x41, 1],
      [0x41, ...varint(far)],
      [0x6f, 0x22, 1, 0x61],
      [0x3b],
      [0x27],
      [0x61, 5, 0x49, 2],
      [0x72, 0x63],
    ],
  }
  const isV8 = name === 'structured' && random.chance(0.6)
  const unit = random.pick(units[isV8 ? 'v8' : name] ?? [[random.below(256)]])
  const bytes = new Uint8Array(unit.length * depth).map((_, index) => unit[index % unit.length] as number)
  return (isV8 ? concat(V8_HEADER, bytes, Buffer.alloc(random.pick([0, 70_000]), 0x30)) : bytes).subarray(
    0,
    MAX_BYTES,
  )
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 0x80)
  }
}

function bigEndian(value: number): number[] {
  return [24, 16, 8, 0].map((bits) => (value >>> bits) & 0xff)
}

function concat(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
