import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type AnyNode, type Node, parse } from 'acorn'
import { build, type Plugin } from 'esbuild'
import MagicString from 'magic-string'
import { KINDS } from './kinds.ts'
import { STUBS } from './stubs.ts'

/**
 * Makes the source of the limiters steppable: the lines of the core, the table of keys, the waits and
 * recovery. Each function that accesses a shared word, or the clock, becomes a generator that yields a
 * request before.
 */

/** A deliberate fault: `find` must occur exactly once in the file of src/. */
export interface Fault {
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** Evaluates the modules, as one thread does. */
export type Program = (thread: unknown, ...shadows: readonly unknown[]) => unknown

/** Globals of which a thread has its own: see Thread. */
export const SHADOWS = ['Promise', 'WeakRef', 'FinalizationRegistry', 'process'] as const

const SOURCE = fileURLToPath(new URL('../../../src/', import.meta.url))
/** Parameters that hold a steppable function. */
const CALLBACKS = new Set(['operation', 'keyOf'])

/**
 * A constructor cannot be a generator, so the machine claims the ledger; a getter in a pattern is unfolded.
 */
const UNFOLDED: readonly Fault[] = [
  { file: 'limits/attachment.ts', find: 'this.ledger = this.#claim()', replace: 'this.ledger = -1' },
  { file: 'limits/attachment.ts', find: '#claim(): number {', replace: 'claim(): number {' },
]
const VERSION = /const \{ version \} = memory/g

export async function program(...faults: readonly Fault[]): Promise<Program> {
  return instrument(await bundle(faults))
}

async function bundle(faults: readonly Fault[]): Promise<string> {
  const unused = new Set(faults)
  const plugin: Plugin = {
    name: 'steppable',
    setup(hooks) {
      hooks.onResolve({ filter: /./ }, ({ path }) => {
        if (path.endsWith('words/index.ts')) return undefined
        const name = Object.keys(STUBS).find((stub) => path === stub || path.endsWith(`/${stub}`))
        return name === undefined ? undefined : { path: name, namespace: 'stub' }
      })
      hooks.onResolve({ filter: /^primitives$/ }, ({ path }) => ({ path, external: true }))
      hooks.onResolve({ filter: /\/memory\.ts$/ }, () => ({ path: 'primitives', external: true }))
      hooks.onLoad({ filter: /./, namespace: 'stub' }, ({ path }) => ({
        contents: STUBS[path] as string,
        loader: 'ts',
        resolveDir: SOURCE,
      }))
      hooks.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        let contents = readFileSync(path, 'utf8')
        for (const fault of [...faults, ...UNFOLDED]) {
          if (path !== SOURCE + fault.file) continue
          const parts = contents.split(fault.find)
          if (parts.length !== 2)
            throw new Error(`${fault.find} occurs ${parts.length - 1} times in ${fault.file}`)
          contents = parts.join(fault.replace)
          unused.delete(fault)
        }
        return { contents: contents.replace(VERSION, 'const version = memory.version'), loader: 'ts' }
      })
    },
  }
  const { outputFiles } = await build({
    stdin: { contents: STUBS.entry as string, resolveDir: SOURCE, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    treeShaking: true,
    external: ['node:*'],
    plugins: [plugin],
    logLevel: 'error',
  })
  for (const { file } of unused) throw new Error(`${file} is not among the explored modules`)
  return (outputFiles[0] as { text: string }).text
}

type Callable = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>

interface Found {
  readonly name: string
  readonly node: Callable
  readonly parent: AnyNode
  readonly uses: AnyNode[]
}

/** An access to a shared word: where its text lies, and the request. */
interface Asked {
  readonly kind: number
  readonly args: readonly AnyNode[]
  /** The first argument is the index of a word of so many bytes, not an address. */
  readonly scale: number
}

function instrument(text: string): Program {
  const tree = parse(text, { ecmaVersion: 'latest', sourceType: 'module' })
  const out = new MagicString(text)
  const primitives = new Map<string, number>()
  const exported: string[] = []
  const imports: string[] = []
  for (const statement of tree.body) {
    if (statement.type === 'ImportDeclaration') {
      if (statement.source.value !== 'primitives')
        throw new Error(`${statement.source.value} is not modelled`)
      for (const specifier of statement.specifiers) {
        if (specifier.type !== 'ImportSpecifier') throw new Error('an import of a whole module')
        const name = nameOf(specifier.imported)
        const kind = KINDS.indexOf(name as never)
        if (kind >= 0) primitives.set(specifier.local.name, kind)
        else imports.push(`const ${specifier.local.name} = $.${name}`)
      }
      out.remove(statement.start, statement.end)
    } else if (statement.type === 'ExportNamedDeclaration') {
      for (const { exported: as, local } of statement.specifiers)
        exported.push(`${nameOf(as)}: ${nameOf(local)}`)
      out.remove(statement.start, statement.end)
    }
  }

  const functions = collect(tree as AnyNode)
  const getters = new Set<string>()
  const stepping = new Set<string>()
  const steps = (node: AnyNode): boolean => {
    if (asked(node, primitives) !== undefined) return true
    if (node.type === 'MemberExpression') return getters.has(nameOf(node.property))
    if (node.type !== 'CallExpression') return false
    const { callee } = node
    if (callee.type === 'Identifier') return CALLBACKS.has(callee.name) || stepping.has(callee.name)
    return callee.type === 'MemberExpression' && stepping.has(`.${nameOf(callee.property)}`)
  }
  for (let grown = true; grown; ) {
    grown = false
    for (const { name, uses, parent } of functions) {
      const isGetter = parent.type === 'MethodDefinition' && parent.kind === 'get'
      const known = isGetter ? getters : stepping
      const as = isGetter ? name.slice(1) : name
      if (known.has(as) || !uses.some(steps)) continue
      known.add(as)
      grown = true
    }
  }

  for (const { name, node, parent, uses } of functions) {
    const isGetter = parent.type === 'MethodDefinition' && parent.kind === 'get'
    if (isGetter ? !getters.has(name.slice(1)) : !stepping.has(name)) continue
    makeGenerator(out, text, node, parent)
    // The inner ones first.
    for (const use of uses.reverse()) rewrite(out, use, asked(use, primitives), steps(use))
  }
  const code = `${imports.join('\n')}\n${out.toString()}\nreturn { ${exported.join(', ')} }`
  return new Function('$', ...SHADOWS, code) as Program
}

function rewrite(out: MagicString, node: AnyNode, access: Asked | undefined, isStep: boolean): void {
  if (access !== undefined) {
    const { kind, args, scale } = access
    const first = args[0]
    let from = node.start
    for (const [index, arg] of args.entries()) {
      const before = index === 0 ? `(yield $.ask(${kind}, ${scale} * (` : ', '
      out.overwrite(from, arg.start, before)
      if (index === 0) out.appendLeft(arg.end, ')')
      from = arg.end
    }
    const end = first === undefined ? `(yield $.ask(${kind}, 0))` : '))'
    if (from < node.end) out.overwrite(from, node.end, end)
    else out.appendLeft(node.end, end)
  } else if (isStep && node.type === 'MemberExpression') {
    out.prependRight(node.start, '(yield* $.run(')
    out.appendLeft(node.end, '()))')
  } else if (isStep) {
    out.prependRight(node.start, '(yield* $.run(')
    out.appendLeft(node.end, '))')
  }
}

function asked(node: AnyNode, primitives: ReadonlyMap<string, number>): Asked | undefined {
  if (node.type === 'CallExpression') {
    const args = node.arguments as AnyNode[]
    const { callee } = node
    if (callee.type === 'Identifier') {
      const kind = primitives.get(callee.name)
      return kind === undefined ? undefined : { kind, args, scale: 1 }
    }
    if (callee.type !== 'MemberExpression' || nameOf(callee.object) !== 'Atomics') return undefined
    return { kind: kindOf(nameOf(callee.property)), args: args.slice(1), scale: 4 }
  }
  const target = node.type === 'AssignmentExpression' ? (node.left as AnyNode) : node
  if (target.type !== 'MemberExpression' || !target.computed) return undefined
  const { object, property } = target
  const array = nameOf(object.type === 'MemberExpression' ? object.property : object).replace(/\d+$/, '')
  if (array !== 'words' && array !== 'floats') return undefined
  const scale = array === 'words' ? 4 : 8
  const suffix = array === 'words' ? '' : 'Float'
  if (node.type !== 'AssignmentExpression')
    return { kind: kindOf(`peek${suffix}`), args: [property as AnyNode], scale }
  return { kind: kindOf(`poke${suffix}`), args: [property as AnyNode, node.right], scale }
}

function kindOf(name: string): number {
  const kind = KINDS.indexOf(name as never)
  if (kind < 0) throw new Error(`${name} is not modelled`)
  return kind
}

function makeGenerator(out: MagicString, text: string, node: Callable, parent: AnyNode): void {
  if (node.type === 'ArrowFunctionExpression') {
    const params = node.params.map((param) => text.slice(param.start, param.end)).join(', ')
    const isBlock = node.body.type === 'BlockStatement'
    out.overwrite(node.start, node.body.start, `(function*(${params}) ${isBlock ? '' : '{ return '}`)
    out.appendRight(node.end, `${isBlock ? '' : ' }'}).bind(this)`)
  } else if (parent.type === 'MethodDefinition') {
    if (parent.kind === 'constructor') throw new Error('a constructor accesses shared words')
    if (parent.kind === 'get') out.overwrite(parent.start, parent.key.start, '*')
    else out.appendLeft(parent.key.start, '*')
  } else if (parent.type === 'Property') out.appendLeft(parent.key.start, '*')
  else out.appendLeft(node.start + 'function'.length, '*')
}

/** All functions, each with what its own body uses. The name of a method begins with a dot. */
function collect(tree: AnyNode): Found[] {
  const found: Found[] = []
  const visit = (node: AnyNode, parent: AnyNode, current: Found | undefined) => {
    let owner = current
    if (isCallable(node)) {
      owner = { name: nameIn(node, parent), node, parent, uses: [] }
      found.push(owner)
    } else if (
      node.type === 'CallExpression' ||
      node.type === 'AssignmentExpression' ||
      (node.type === 'MemberExpression' && !isTarget(node, parent))
    ) {
      owner?.uses.push(node)
    }
    for (const child of childrenOf(node)) visit(child, node, owner)
  }
  visit(tree, tree, undefined)
  return found
}

/** A member that is called or assigned to is not read. */
function isTarget(node: AnyNode, parent: AnyNode): boolean {
  if (parent.type === 'CallExpression') return parent.callee === node
  return parent.type === 'AssignmentExpression' && parent.left === node
}

function nameIn(node: Callable, parent: AnyNode): string {
  if (parent.type === 'MethodDefinition') return `.${nameOf(parent.key)}`
  if (parent.type === 'Property') return `.${nameOf(parent.key)}`
  if (parent.type === 'VariableDeclarator') return nameOf(parent.id)
  return node.type === 'ArrowFunctionExpression' ? `anonymous at ${node.start}` : nameOf(node.id as Node)
}

function isCallable(node: AnyNode): node is Callable {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  )
}

function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof (child as AnyNode | undefined)?.type === 'string') yield child as AnyNode
    }
  }
}

function nameOf(node: Node): string {
  const { name, value } = node as { name?: string; value?: unknown }
  return name ?? String(value)
}
