/** The command line of a script: options with ranges and defaults, `--help`, and one line for a wrong use. */
import { inspect } from 'node:util'

/** A script was called with an option or a value that it does not have. */
export class UsageError extends Error {}

/** One option. */
export interface Option<T> {
  /** Stands for the value in the help, such as N; undefined for an option without a value. */
  readonly placeholder: string | undefined
  readonly help: string
  /** The allowed values in words, such as "an integer from 1 to 9". */
  readonly allowed: string | undefined
  /** The default in words. */
  readonly fallback: string
  /** The value of the option when it was given these texts, in this order; none if it was not given. */
  parse(name: string, texts: readonly string[]): T
}

export interface Script<O extends Options = Options> {
  /** The command that a user types, such as `npm run kill --`. */
  readonly command: string
  /** The purpose of the script, in a sentence or two. */
  readonly does: string
  readonly options: O
  /** Arguments of an example call. */
  readonly example: string
  /** The meanings of the exit codes 0 and 1. */
  readonly exit: readonly [zero: string, one: string]
}

// biome-ignore lint/suspicious/noExplicitAny: an option of any type
export type Options = Readonly<Record<string, Option<any>>>
export type ValuesOf<S> =
  S extends Script<infer O> ? { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never } : never

const WIDTH = 100
const HELP = 'help'

export function script<const O extends Options>(description: Script<O>): Script<O> {
  return description
}

interface Range<F> {
  readonly min: number
  readonly max: number
  /** A number; or words for the default, and the function that answers it. */
  readonly fallback: number | readonly [inWords: string, get: () => F]
}

/** A whole number. */
export function integer<F = number>(help: string, range: Range<F>): Option<number | F> {
  return numeric(help, range, 'an integer', /^-?\d+$/)
}

/** A number that may have a fraction. */
export function number<F = number>(help: string, range: Range<F>): Option<number | F> {
  return numeric(help, range, 'a number', /^-?\d+(\.\d+)?$/)
}

function numeric<F>(help: string, range: Range<F>, noun: string, pattern: RegExp): Option<number | F> {
  const { min, max, fallback } = range
  const allowed = `${noun} from ${min} to ${max}`
  const [inWords, get] = typeof fallback === 'number' ? [String(fallback), () => fallback] : fallback
  return {
    placeholder: 'N',
    help,
    allowed,
    fallback: inWords,
    parse(name, texts) {
      const text = texts.at(-1)
      if (text === undefined) return get()
      const value = pattern.test(text) ? Number(text) : Number.NaN
      if (value >= min && value <= max) return value
      throw refusal(name, allowed, text)
    },
  }
}

/** Any text. */
export function text(help: string, fallback: string, inWords: string): Option<string> {
  return {
    placeholder: 'TEXT',
    help,
    allowed: undefined,
    fallback: inWords,
    parse: (_name, texts) => texts.at(-1) ?? fallback,
  }
}

/** Any text, as often as wanted; undefined if it was never given. */
export function texts(help: string, inWords: string): Option<readonly string[] | undefined> {
  return {
    placeholder: 'TEXT',
    help: `${help}; may be repeated`,
    allowed: undefined,
    fallback: inWords,
    parse: (_name, given) => (given.length === 0 ? undefined : given),
  }
}

/** One of `choices`; undefined if it was not given. */
export function choice<const T extends string>(
  help: string,
  choices: readonly T[],
  inWords: string,
): Option<T | undefined> {
  const { parse, ...rest } = severalOf(help, choices, inWords)
  return { ...rest, help, parse: (name, given) => parse(name, given)?.at(-1) }
}

/** Some of `choices`, one each time that the option is given; undefined if it was never given. */
export function severalOf<const T extends string>(
  help: string,
  choices: readonly T[],
  inWords: string,
): Option<readonly T[] | undefined> {
  const allowed = `one of ${choices.join(', ')}`
  return {
    placeholder: 'NAME',
    help: `${help}; may be repeated`,
    allowed,
    fallback: inWords,
    parse(name, given) {
      const unknown = given.find((each) => !choices.some((known) => known === each))
      if (unknown !== undefined) throw refusal(name, allowed, unknown)
      return given.length === 0 ? undefined : (given as readonly T[])
    },
  }
}

/** An option without a value. */
export function flag(help: string): Option<boolean> {
  return {
    placeholder: undefined,
    help,
    allowed: undefined,
    fallback: 'off',
    parse: (_name, given) => given.length > 0,
  }
}

/** The seed of a run: from the clock if it is not given. */
export function seed(help: string): Option<number> {
  return integer(help, {
    min: 0,
    max: 2 ** 31 - 1,
    fallback: ['from the clock', () => Date.now() % 1_000_000],
  })
}

export function refusal(name: string, allowed: string, received: string): UsageError {
  return new UsageError(`--${name} must be ${allowed}; received ${inspect(received)}`)
}

/** The values of all options. @throws UsageError for an unknown option and for a value that is not allowed */
export function valuesOf<O extends Options>(
  { options }: Script<O>,
  args: readonly string[],
): ValuesOf<Script<O>> {
  const given = new Map<string, string[]>(Object.keys(options).map((name) => [name, []]))
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string
    const [, name, , inline] = /^--([^=]+)(=([\s\S]*))?$/.exec(arg) ?? []
    const option = name === undefined ? undefined : options[name]
    const list = name === undefined ? undefined : given.get(name)
    if (name === undefined) throw new UsageError(`unexpected argument ${inspect(arg)}`)
    if (option === undefined || list === undefined) {
      const known = [...Object.keys(options), HELP].map((each) => `--${each}`).join(', ')
      throw new UsageError(`unknown option --${name}; known: ${known}`)
    }
    if (option.placeholder === undefined) {
      if (inline !== undefined) throw new UsageError(`--${name} takes no value; received ${inspect(inline)}`)
      list.push('')
      continue
    }
    const value = inline ?? (args[index + 1]?.startsWith('--') === true ? undefined : args[++index])
    if (value === undefined) throw new UsageError(`--${name} needs a value: ${option.allowed ?? 'a text'}`)
    list.push(value)
  }
  const values = Object.entries(options).map(([name, option]) => [
    name,
    option.parse(name, given.get(name) ?? []),
  ])
  return Object.fromEntries(values)
}

export function helpOf({ command, does, options, example, exit }: Script): string {
  const rows: (readonly [left: string, right: string])[] = []
  for (const [name, { placeholder, help, allowed, fallback }] of Object.entries(options)) {
    const left = placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`
    rows.push([left, `${help}${allowed === undefined ? '' : `: ${allowed}`} (default: ${fallback})`])
  }
  rows.push(['--help, -h', 'print this text'])
  const width = Math.max(...rows.map(([left]) => left.length)) + 4
  const indent = ' '.repeat(width)
  const lines = rows.map(
    ([left, right]) => `  ${left}`.padEnd(width) + wrapped(right, WIDTH - width).join(`\n${indent}`),
  )
  return [
    `Usage: ${command} [options]`,
    '',
    ...wrapped(does, WIDTH),
    '',
    'Options:',
    ...lines,
    '',
    'Example:',
    `  ${command} ${example}`.trimEnd(),
    '',
    'Exit code:',
    `  0  ${exit[0]}`,
    `  1  ${exit[1]}`,
    '  2  an option is unknown, or its value is not allowed',
  ].join('\n')
}

function wrapped(sentence: string, columns: number): string[] {
  const lines = ['']
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1) as string
    if (last !== '' && last.length + word.length >= columns) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}

/**
 * Runs a script with the arguments of the process. `run` answers the exit code. A wrong use ends with 2 and
 * one line on standard error, any other error with 1.
 */
export async function main<O extends Options>(
  description: Script<O>,
  run: (values: ValuesOf<Script<O>>) => number | Promise<number>,
): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpOf(description))
    return
  }
  try {
    process.exitCode = await run(valuesOf(description, args))
  } catch (error) {
    const isUsage = error instanceof UsageError
    const hint = `\`${description.command} --help\` lists the options.`
    process.stderr.write(isUsage ? `${error.message}\n${hint}\n` : `${inspect(error)}\n`)
    process.exitCode = isUsage ? 2 : 1
  }
}
