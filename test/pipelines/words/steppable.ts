import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type AnyNode, type Node, parse } from 'acorn'
import { transformSync } from 'esbuild'
import MagicString from 'magic-string'

/**
 * Makes the source of StageWords steppable: each of its methods becomes a generator, which yields every
 * access to a shared word before it is made.
 */

/** A deliberate fault: `find` must occur exactly once in the source. */
export interface Fault {
  readonly find: string
  readonly replace: string
}

/** An access to a shared word. */
export interface Access {
  readonly kind: 'load' | 'store' | 'add' | 'or' | 'exchange' | 'compareExchange' | 'notify' | 'wait'
  readonly at: number
  readonly a: number
  readonly b: number
}

export type Steps<T> = Generator<Access, T, number>

/** StageWords, in steps. */
export interface SteppableWords {
  open(slot: number, generation: number): Steps<void>
  begin(slot: number, generation: number): Steps<number>
  decide(slot: number, begin: number): Steps<boolean>
  enter(slot: number, threadId: number): Steps<number>
  leave(slot: number): Steps<void>
  countThrow(slot: number): Steps<number>
  throws(slot: number): Steps<number>
  countDeath(slot: number): Steps<number>
  setTurn(slot: number): Steps<void>
  setPaused(isPaused: boolean): Steps<void>
  end(): Steps<void>
  epoch(): Steps<number>
  mustKeepBack(slot: number): Steps<boolean>
  wait(epoch: number, ms: number): Steps<void>
}

const SOURCE = fileURLToPath(new URL('../../../src/core/threads/stage-words.ts', import.meta.url))

export function steppableWords(...faults: readonly Fault[]): SteppableWords {
  let source = readFileSync(SOURCE, 'utf8')
  for (const { find, replace } of faults) {
    const parts = source.split(find)
    if (parts.length !== 2) throw new Error(`${find} occurs ${parts.length - 1} times in stage-words.ts`)
    source = parts.join(replace)
  }
  const { code } = transformSync(source, { loader: 'ts', format: 'esm', target: 'esnext' })
  const make = new Function('access', steppable(code)) as (
    access: unknown,
  ) => new (
    words: null,
  ) => SteppableWords
  const access = (kind: Access['kind'], at: number, a = 0, b = 0): Access => ({ kind, at, a, b })
  return new (make(access))(null)
}

/** The code of a function that returns the class. */
function steppable(code: string): string {
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module' })
  const out = new MagicString(code)
  for (const statement of tree.body) {
    if (statement.type === 'ImportDeclaration' || statement.type === 'ExportNamedDeclaration') {
      out.remove(statement.start, statement.end)
    }
  }
  const methods = new Set<string>()
  visit(tree as AnyNode, (node) => {
    if (node.type === 'MethodDefinition' && !node.static && node.kind !== 'constructor') {
      methods.add(nameOf(node.key))
    }
  })
  visit(tree as AnyNode, (node, parent) => {
    if (node.type === 'MethodDefinition' && methods.has(nameOf(node.key)) && !node.static) {
      // A getter becomes a method: an access cannot be yielded in a getter.
      if (node.kind === 'get') out.overwrite(node.start, node.key.start, '*')
      else if (node.kind === 'method') out.appendLeft(node.start, '*')
    } else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const { object, property } = node.callee
      if (object.type === 'Identifier' && object.name === 'Atomics') {
        const [words, ...rest] = node.arguments as AnyNode[]
        const from = (rest[0] as AnyNode).start
        out.overwrite(node.start, from, `(yield access('${nameOf(property)}', `)
        out.appendLeft(node.end, ')')
        refuseOtherWords(code, words as AnyNode)
      } else if (object.type === 'ThisExpression' && methods.has(nameOf(property))) {
        out.appendLeft(node.start, '(yield* ')
        out.appendLeft(node.end, ')')
      }
    } else if (node.type === 'AssignmentExpression' && isWord(node.left)) {
      const { property } = node.left as unknown as { property: AnyNode }
      out.overwrite(node.start, property.start, "(yield access('store', ")
      out.overwrite(property.end, node.right.start, ', ')
      out.appendLeft(node.end, '))')
    } else if (isWord(node) && !(parent.type === 'AssignmentExpression' && parent.left === node)) {
      const { property } = node as unknown as { property: AnyNode }
      out.overwrite(node.start, property.start, "(yield access('load', ")
      out.overwrite(property.end, node.end, '))')
    }
  })
  return `${out.toString()}\nreturn StageWords`
}

/** `this.words[…]` or `words[…]`. */
function isWord(node: AnyNode): boolean {
  if (node.type !== 'MemberExpression' || !node.computed) return false
  const { object } = node
  return (
    (object.type === 'Identifier'
      ? object.name
      : object.type === 'MemberExpression' && nameOf(object.property)) === 'words'
  )
}

function refuseOtherWords(code: string, node: AnyNode): void {
  const text = code.slice(node.start, node.end)
  if (text !== 'words' && text !== 'this.words') throw new Error(`an access to ${text}`)
}

function visit(node: AnyNode, see: (node: AnyNode, parent: AnyNode) => void, parent = node): void {
  see(node, parent)
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof (child as AnyNode | undefined)?.type === 'string') visit(child as AnyNode, see, node)
    }
  }
}

function nameOf(node: Node): string {
  return (node as { name?: string }).name ?? ''
}
