import { classesOf, dataClassOf, define, isError, stackText, textOf } from '../../error-transport.ts'
import type { LetterError } from '../options/index.ts'

/** An error as it is kept beside its item: bounded, plain data that names its class and its code. */
export interface ErrorSnapshot {
  /** Names of its constructors, most derived first. */
  readonly classes: readonly string[]
  readonly name: string
  readonly message: string
  readonly code?: string | number | undefined
  /** The exit code of a thread that died. */
  readonly exitCode?: number | undefined
  /** MARK stands for the message. '': none. */
  readonly stack: string
  /** A text if it is no error. */
  readonly cause?: ErrorSnapshot | string | undefined
}

const MARK = '\x7f'
/** Limits in characters: more would not fit into a failure record. */
const LONGEST_NAME = 64
const LONGEST_TEXT = 4096
const MAX_CLASSES = 5
const MAX_CAUSES = 3

/** Accepts any thrown value: a property that cannot be read must not stop the item from being settled. */
export function snapshotOf(thrown: unknown, causes = MAX_CAUSES): ErrorSnapshot {
  if (!isError(thrown)) {
    return { classes: ['Error'], name: 'Error', message: shown(thrown).slice(0, LONGEST_TEXT), stack: '' }
  }
  const message = textIn(thrown, 'message').slice(0, LONGEST_TEXT)
  const stack = stackText(thrown, read(thrown, 'stack'))
  const text = typeof stack === 'string' ? stack : ''
  const cause = causes > 0 ? read(thrown, 'cause') : undefined
  const code = read(thrown, 'code')
  const exitCode = read(thrown, 'exitCode')
  return {
    classes: namesOf(thrown),
    name: textIn(thrown, 'name').slice(0, LONGEST_NAME),
    message,
    code: typeof code === 'string' ? code.slice(0, LONGEST_NAME) : numberOf(code),
    exitCode: numberOf(exitCode),
    stack: (message === '' ? text : text.replace(message, () => MARK)).slice(0, LONGEST_TEXT),
    cause: isError(cause) ? snapshotOf(cause, causes - 1) : causeText(cause),
  }
}

/** `isBare`: without stack and cause. */
export function errorOf(snapshot: ErrorSnapshot, isBare = false): LetterError {
  const { classes, name, message, code, exitCode, stack, cause } = snapshot
  const error = Object.setPrototypeOf(new Error(message), dataClassOf([...classes, 'Object']).prototype)
  const text = stack === '' ? `${name}: ${message}` : stack.replace(MARK, () => message)
  define(error, 'name', name, true)
  define(error, 'message', message, true)
  define(error, 'stack', isBare ? `${name}: ${message}` : text, true)
  if (code !== undefined) define(error, 'code', code, true)
  if (exitCode !== undefined) define(error, 'exitCode', exitCode, true)
  if (cause !== undefined && !isBare) {
    define(error, 'cause', typeof cause === 'string' ? cause : errorOf(cause), true)
  }
  return error
}

/** The same fields in a plain object, for a codec that has no form for errors. */
export function plainError(error: LetterError): LetterError {
  const { cause } = error
  return isError(cause) ? { ...error, cause: plainError(cause) } : { ...error }
}

/**
 * As JSON, of at most `room` bytes: the ends of stacks are left out first, then causes, then the end of the
 * message.
 */
export function packSnapshot(snapshot: ErrorSnapshot, room: number): Buffer {
  let next: ErrorSnapshot | undefined = snapshot
  let text = Buffer.alloc(0)
  for (; next !== undefined; next = shortened(next)) {
    text = Buffer.from(JSON.stringify(fieldsOf(next)))
    if (text.length <= room) return text
  }
  return Buffer.alloc(0)
}

/** Accepts any text, since shared memory may be damaged. */
export function unpackSnapshot(text: string): ErrorSnapshot {
  try {
    return snapshotIn(JSON.parse(text))
  } catch {
    return { classes: ['Error'], name: 'Error', message: '', stack: '' }
  }
}

type Fields = (string | number | null | undefined | Fields)[]

function fieldsOf({ classes, name, message, code, exitCode, stack, cause }: ErrorSnapshot): Fields {
  const last = typeof cause === 'object' ? fieldsOf(cause) : cause
  const fields: Fields = [
    classes.join('<'),
    name === classes[0] ? '' : name,
    message,
    code,
    exitCode,
    stack,
    last,
  ]
  while (fields.at(-1) === undefined || fields.at(-1) === '') fields.pop()
  return fields
}

function snapshotIn(fields: unknown, causes = MAX_CAUSES): ErrorSnapshot {
  const [classes, name, message, code, exitCode, stack, cause] = Array.isArray(fields) ? fields : []
  const names = typeof classes === 'string' && classes !== '' ? classes.split('<') : ['Error']
  return {
    classes: names,
    name: typeof name === 'string' && name !== '' ? name : (names[0] as string),
    message: typeof message === 'string' ? message : '',
    code: typeof code === 'string' ? code : numberOf(code),
    exitCode: numberOf(exitCode),
    stack: typeof stack === 'string' ? stack : '',
    cause: Array.isArray(cause)
      ? causes > 0
        ? snapshotIn(cause, causes - 1)
        : undefined
      : typeof cause === 'string'
        ? cause
        : undefined,
  }
}

/** A step shorter; undefined if there is nothing left to leave out. */
function shortened(snapshot: ErrorSnapshot): ErrorSnapshot | undefined {
  const { classes, name, message, code, cause } = snapshot
  const stack = longestStack(snapshot)
  if (stack > 0) return withStacks(snapshot, stack - 1)
  if (typeof cause === 'object') {
    if (cause.cause !== undefined) return { ...snapshot, cause: { ...cause, cause: undefined } }
    if (cause.message.length > 40) return { ...snapshot, cause: { ...cause, message: most(cause.message) } }
    if (message.length > 80) return { ...snapshot, message: most(message) }
  }
  if (cause !== undefined) return { ...snapshot, cause: undefined }
  if (message !== '') return { ...snapshot, message: most(message) }
  if (classes.length > 1) return { ...snapshot, classes: classes.slice(0, 1) }
  if (name !== classes[0]) return { ...snapshot, name: classes[0] ?? '' }
  if (name.length > 8) return { ...snapshot, name: most(name), classes: [most(name)] }
  if (typeof code === 'string') return { ...snapshot, code: code.length > 8 ? most(code) : undefined }
  return undefined
}

function most(text: string): string {
  return text.slice(0, Math.floor(text.length * 0.8))
}

/** Lines of the longest of the stacks of an error and its causes. */
function longestStack({ stack, cause }: ErrorSnapshot): number {
  const lines = stack === '' ? 0 : stack.split('\n').length
  return typeof cause === 'object' ? Math.max(lines, longestStack(cause)) : lines
}

function withStacks(snapshot: ErrorSnapshot, lines: number): ErrorSnapshot {
  const { stack, cause } = snapshot
  const cut = typeof cause === 'object' ? withStacks(cause, lines) : cause
  return { ...snapshot, stack: stack.split('\n').slice(0, lines).join('\n'), cause: cut }
}

function namesOf(error: Error): string[] {
  try {
    // The last is Object, of every error.
    const names = classesOf(error).slice(0, -1)
    return names.length === 0
      ? ['Error']
      : names.slice(0, MAX_CLASSES).map((each) => each.slice(0, LONGEST_NAME))
  } catch {
    return ['Error']
  }
}

function causeText(cause: unknown): string | undefined {
  return cause === undefined || cause === null ? undefined : shown(cause).slice(0, 200)
}

function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function textIn(error: Error, key: string): string {
  const value = read(error, key)
  return typeof value === 'string' ? value : shown(value)
}

function shown(value: unknown): string {
  try {
    return typeof value === 'object' ? textOf(value) : String(value)
  } catch {
    return 'a value that cannot be shown'
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The error of a dead letter that a thrown value makes. `isPlain`: for a codec without a form for errors. */
export function letterError(thrown: unknown, isPlain: boolean): LetterError {
  const error = errorOf(snapshotOf(thrown))
  return isPlain ? plainError(error) : error
}
