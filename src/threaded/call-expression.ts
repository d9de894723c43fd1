import type { Place } from './call-place.ts'
import type { Source } from './source.ts'

/** A call as the source has it. */
export interface CallExpression extends Place {
  /** The variable or property that the result of the call is assigned to; '' if that is not seen. */
  readonly variable: string
  /** `variable` is declared or exported by a statement that begins its line, and by no second one. */
  readonly isDeclared: boolean
}

const NAME = '[\\p{ID_Start}$_#][\\p{ID_Continue}$\\u200c\\u200d]*'
/** The function that is called, as `threaded`, `m.threaded`, and `(0, m.threaded)`, which compilers write. */
const CHAIN = `${NAME}(?:\\s*\\??\\.\\s*${NAME})*`
const CALLEE = `(?:\\(\\s*0\\s*,\\s*${CHAIN}\\s*\\)|${CHAIN})`
const CALL = new RegExp(`${CALLEE}\\s*(?:\\?\\.\\s*)?[(<]`, 'uy')
const CALLEE_BEFORE = new RegExp(`${CALLEE}\\s*(?:\\?\\.\\s*)?$`, 'u')
const OBJECT_BEFORE = new RegExp(`(?:\\(\\s*0\\s*,\\s*)?(?:${NAME}\\s*\\??\\.\\s*)*$`, 'u')
const INSIDE_NAME = /[\p{ID_Continue}$#.]$/u
const KEYWORD =
  /^(?:if|for|while|switch|catch|with|return|function|typeof|void|await|yield|new|delete|in|of)\b/

const DECLARATION = new RegExp(
  `(?:^|\\n)(?:(?:export\\s+)?(?:const|let|var)\\s+|(?:module\\.)?exports\\.)(${NAME})\\s*(?::[^\\n]*)?=\\s*$`,
  'u',
)
const DEFAULT = /(?:^|\n)(?:export default|module\.exports\s*=|exports\.default\s*=)\s*$/
const ASSIGNMENT = new RegExp(`(${NAME})\\s*(?::[^\\n,;]*?)?=\\s*$`, 'u')
const PROPERTY = new RegExp(`(?:^|[{,\\n])\\s*(${NAME})\\s*:\\s*$`, 'u')
/** Characters before the call that are looked at. */
const BEFORE = 1000

/**
 * The call at `place`; undefined if the source has no call there. Engines and source maps put a call at its
 * function, at the last name of `m.threaded`, or at the parenthesis behind it. All of these give one place:
 * where the function begins.
 */
export function callAt(source: Source, { line, column }: Place): CallExpression | undefined {
  const { text, lines } = source
  const lineStart = lines[line - 1]
  if (lineStart === undefined) return undefined
  const at = lineStart + column - 1
  const before = text.slice(Math.max(0, at - BEFORE), at)
  const isBehind = /[(<?]/.test(text[at] ?? '') && CALLEE_BEFORE.test(before)
  const found = (isBehind ? CALLEE_BEFORE : OBJECT_BEFORE).exec(before)
  const start = at - (found?.[0].length ?? 0)
  if (INSIDE_NAME.test(text.slice(Math.max(0, start - 2), start))) return undefined
  CALL.lastIndex = start
  const call = CALL.exec(text)?.[0] ?? ''
  if (start + call.length <= at || KEYWORD.test(call)) return undefined
  const head = text.slice(Math.max(0, start - BEFORE), start)
  const declaration = DEFAULT.exec(head) ?? DECLARATION.exec(head)
  // Code that is nested but not indented may declare a name twice.
  const isDeclared = declaration !== null && text.split(declaration[0].trim()).length === 2
  const variable =
    declaration === null ? (ASSIGNMENT.exec(head) ?? PROPERTY.exec(head))?.[1] : (declaration[1] ?? 'default')
  return { ...placeOf(start, lines), variable: variable ?? '', isDeclared }
}

function placeOf(offset: number, lines: readonly number[]): Place {
  let line = lines.length
  while ((lines[line - 1] as number) > offset) line--
  return { line, column: offset - (lines[line - 1] as number) + 1 }
}
