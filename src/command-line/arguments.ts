import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import { MAP_OPTIONS, type MapOptionName, type MapValues, type Option } from './map-options.ts'
import { refusal, UsageError, unknownName } from './usage.ts'

/** The function that is called, and the values of the options that were given. */
export interface MapArguments extends MapValues {
  /** An absolute path. */
  readonly file: string
  readonly exportName: string
}

const NAMES = Object.keys(MAP_OPTIONS) as MapOptionName[]
/** Options that exclude each other. */
const EXCLUSIVE: readonly (readonly [MapOptionName, MapOptionName])[] = [
  ['lines', 'ndjson'],
  ['filter', 'flat'],
]

/**
 * Reads the arguments of `millrace map`. Returns 'help' if they ask for it, whatever else they say.
 * @throws UsageError
 */
export function mapArguments(args: readonly string[]): MapArguments | 'help' {
  // Not strict: the errors of parseArgs name neither the allowed values nor the option that was meant.
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(NAMES.map((name) => [name, { type: typeOf(name) }])),
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help'
  const values: MapValues = {}
  const files: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') files.push(token.value)
    else if (token.kind === 'option') add(values, token)
  }
  for (const [one, other] of EXCLUSIVE) {
    if (values[one] && values[other]) throw new UsageError(`--${one} and --${other} exclude each other`)
  }
  const [given, second] = files
  if (given === undefined) throw new UsageError('FILE is missing: the module of the function')
  if (second !== undefined) {
    throw new UsageError(`one FILE is expected; received ${inspect(given)} and ${inspect(second)}`)
  }
  return { ...values, ...functionOf(given) }
}

/** An option as parseArgs has read it. */
interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
}

function typeOf(name: MapOptionName): 'boolean' | 'string' {
  return MAP_OPTIONS[name].placeholder === undefined ? 'boolean' : 'string'
}

function add(values: Record<string, unknown>, { name, rawName, value }: OptionToken): void {
  if (!Object.hasOwn(MAP_OPTIONS, name)) {
    const known = [...NAMES, 'help'].map((each) => `--${each}`)
    throw unknownName('option', rawName, known)
  }
  const option: Option = MAP_OPTIONS[name as MapOptionName]
  if (option.placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value; received ${inspect(value)}`)
  } else if (value === undefined) {
    throw new UsageError(`${rawName} needs a value: ${option.allowed}`)
  }
  values[name] = option.parse(rawName, value ?? '')
}

/** Reads FILE or FILE#export. A `#` may also be a part of the file's name. */
function functionOf(given: string): Pick<MapArguments, 'file' | 'exportName'> {
  const hash = given.lastIndexOf('#')
  const whole = resolve(given)
  if (hash === -1 || isFile(whole)) return { file: checked(whole, given), exportName: 'default' }
  const exportName = given.slice(hash + 1)
  if (exportName === '') throw refusal('FILE#export', 'a file and the name of an export', given)
  const path = given.slice(0, hash)
  return { file: checked(resolve(path), path), exportName }
}

function checked(file: string, given: string): string {
  if (given === '' || statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new UsageError(`FILE does not exist: ${inspect(given)}`)
  }
  if (!isFile(file)) throw new UsageError(`FILE is not a file: ${inspect(given)}`)
  return file
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
