import { refusal } from './usage.ts'

/** One option of `millrace map`. */
export interface Option<T = unknown> {
  /** Stands for the value in the help, such as N; undefined for an option without a value. */
  readonly placeholder: string | undefined
  readonly help: string
  /** The allowed values in words. */
  readonly allowed: string
  /** @throws UsageError if `text` is not allowed */
  parse(name: string, text: string): T
}

const MOST = 2 ** 31 - 1

/** The options, in the order in which the help lists them. */
export const MAP_OPTIONS = {
  threads: integer(1, 1024, 'threads that call the function', 'one for each core'),
  input: path('read this file; - is standard input', 'standard input'),
  output: path('write this file; - is standard output', 'standard output'),
  unordered: flag('write results as they are ready, not in the order of the lines'),
  retries: integer(0, MOST, 'further calls for a line whose call threw or took too long', '0'),
  timeout: {
    ...integer(1, MOST, 'end a call, and its thread, after so many milliseconds', 'no limit'),
    placeholder: 'MS',
  },
  grain: {
    placeholder: 'N|auto',
    help: 'lines that a thread takes at once; auto takes those of about 200 microseconds (default: auto)',
    allowed: 'an integer from 1 to 1048576, or auto',
    parse(name, text): number | 'auto' {
      return text === 'auto' ? text : integerOf(name, text, 1, 2 ** 20, this.allowed)
    },
  } satisfies Option<number | 'auto'>,
  window: integer(1, 2 ** 20, 'lines that are read ahead of the last one written', '64 for each thread'),
  'on-error': choice(['fail', 'skip'], 'end with the first line that fails, or leave such lines out', 'fail'),
  lines: flag('lines of text in, lines of text out (default)'),
  ndjson: flag('one JSON value a line, in and out; empty lines are skipped'),
  filter: flag('write the lines themselves for which the function returns a truthy value'),
  flat: flag('write a line for each element of a result: an array, an iterable, a generator'),
  quiet: flag('no progress, and no list of skipped lines'),
  stats: flag('print a table at the end: lines, rate, work of each thread, failures, memory'),
} satisfies Record<string, Option>

export type MapOptionName = keyof typeof MAP_OPTIONS

/** The values of the options that were given. */
export type MapValues = {
  -readonly [K in MapOptionName]?: ReturnType<(typeof MAP_OPTIONS)[K]['parse']>
}

function flag(help: string): Option<true> {
  return { placeholder: undefined, help, allowed: 'absent', parse: () => true }
}

function path(help: string, fallback: string): Option<string> {
  const allowed = 'the path of a file'
  return {
    placeholder: 'F',
    help: `${help} (default: ${fallback})`,
    allowed,
    parse(name, text) {
      if (text === '') throw refusal(name, allowed, text)
      return text
    },
  }
}

function integer(min: number, max: number, help: string, fallback: string): Option<number> {
  const allowed = `an integer from ${min} to ${max}`
  return {
    placeholder: 'N',
    help: `${help} (default: ${fallback})`,
    allowed,
    parse: (name, text) => integerOf(name, text, min, max, allowed),
  }
}

function integerOf(name: string, text: string, min: number, max: number, allowed: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw refusal(name, allowed, text)
}

function choice<const T extends string>(choices: readonly T[], help: string, fallback: T): Option<T> {
  const allowed = `one of ${choices.join(', ')}`
  return {
    placeholder: choices.join('|'),
    help: `${help} (default: ${fallback})`,
    allowed,
    parse(name, text) {
      const found = choices.find((each) => each === text)
      if (found === undefined) throw refusal(name, allowed, text)
      return found
    },
  }
}
