import { unbound } from '../views.ts'

/** Kept here, because a program may replace it. */
const Pattern = RegExp

function getter<T>(name: string): (self: RegExp) => T {
  return unbound(Object.getOwnPropertyDescriptor(RegExp.prototype, name)?.get as (this: RegExp) => T)
}

/** As V8 knows it. The property `flags` would ask properties that a program may have set. */
export const sourceOf = getter<string>('source')
const FLAGS = [...'dgimsuvy']
const PROPERTIES = ['hasIndices', 'global', 'ignoreCase', 'multiline']
const flags = [...PROPERTIES, 'dotAll', 'unicode', 'unicodeSets', 'sticky'].map(getter<boolean>)

/** The flags of `expression`, a bit for each. */
export function flagsOf(expression: RegExp): number {
  let bits = 0
  for (let i = 0; i < flags.length; i++) if (flags[i]!(expression)) bits |= 1 << i
  return bits
}

/** @throws SyntaxError if there is no such expression */
export function newRegExp(source: string, bits: number): RegExp {
  return new Pattern(source, TEXTS[bits])
}

/** The flags as text, by their bits. */
const TEXTS = Array.from({ length: 256 }, (_, bits) => FLAGS.filter((__, i) => bits & (1 << i)).join(''))
