/** Options of an example: whole numbers, flags and files. This file imports nothing of millrace. */
import { parseArgs } from 'node:util'
import { fail, watchOutput } from './command.ts'

export interface OptionsShape<N extends string, F extends string> {
  /** Options with a whole number: the least, the largest, the default. */
  readonly numbers?: Readonly<Record<N, readonly [min: number, max: number, fallback: number]>>
  readonly flags?: readonly F[]
  /** Options with a text. */
  readonly texts?: readonly string[]
  /** How many arguments there may be that are no options, and what they are called. */
  readonly most?: readonly [number, name: string]
}

export interface GivenOptions<N extends string, F extends string> {
  readonly numbers: Readonly<Record<N, number>>
  readonly flags: Readonly<Record<F, boolean>>
  readonly texts: Readonly<Record<string, string | undefined>>
  readonly files: readonly string[]
}

/**
 * Reads the arguments of an example. Returns undefined if the example shall not run: it has printed its help,
 * or said which argument is wrong.
 */
export function readOptions<N extends string = never, F extends string = never>(
  name: string,
  help: string,
  shape: OptionsShape<N, F>,
): GivenOptions<N, F> | undefined {
  watchOutput(name)
  try {
    const given = parse(shape)
    if (given === undefined) process.stdout.write(help)
    return given
  } catch (error) {
    fail(name, error, 2)
    return undefined
  }
}

function parse<N extends string, F extends string>(
  shape: OptionsShape<N, F>,
): GivenOptions<N, F> | undefined {
  const { flags = [], texts = [], most = [0, ''] } = shape
  const ranges = Object.entries(shape.numbers ?? {}) as [N, readonly [number, number, number]][]
  const { values, positionals } = parseArgs({
    options: Object.fromEntries([
      ['help', { type: 'boolean', short: 'h' }],
      ...flags.map((flag) => [flag, { type: 'boolean' }]),
      ...[...texts, ...ranges.map(([option]) => option)].map((option) => [option, { type: 'string' }]),
    ]),
    allowPositionals: most[0] > 0,
  }) as { values: Record<string, string | boolean | undefined>; positionals: string[] }
  if (values.help) return undefined
  if (positionals.length > most[0]) {
    throw new Error(`${most[1]}: at most ${most[0]} expected, got ${positionals.length}`)
  }
  const numbers = ranges.map(([option, range]) => [option, wholeNumber(option, range, values[option])])
  return {
    numbers: Object.fromEntries(numbers),
    flags: Object.fromEntries(flags.map((flag) => [flag, values[flag] === true])) as Record<F, boolean>,
    texts: Object.fromEntries(texts.map((text) => [text, values[text] as string | undefined])),
    files: positionals,
  }
}

function wholeNumber(
  option: string,
  [min, max, fallback]: readonly [number, number, number],
  given: string | boolean | undefined,
): number {
  if (given === undefined) return fallback
  const value = /^\d+$/.test(String(given)) ? Number(given) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Error(`--${option}: an integer from ${min} to ${max} expected, got '${given}'`)
}
