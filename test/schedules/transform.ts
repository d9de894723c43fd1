import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AnyNode, type Node, parse } from 'acorn'
import { build, type Plugin } from 'esbuild'
import MagicString from 'magic-string'
import { PARKING_LOT } from './futex.ts'
import {
  ADD,
  BACK_OFF,
  CAS,
  CAS64,
  DEATH,
  LOAD,
  NOTIFY,
  OBSERVE,
  OR,
  PEEK,
  POKE,
  STORE,
  WAIT,
} from './steps.ts'

/**
 * Makes the real source steppable. The explored modules are bundled with the actors, without types. Every
 * function that accesses a shared word becomes a generator that yields a request before each access.
 */

/** A deliberate fault: `find` must occur exactly once in the file. */
export interface Fault {
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** The place in the source that makes a request. */
export interface Site {
  readonly inside: string
  readonly text: string
}

export interface Program {
  /**
   * Evaluates the modules again, with one Request. A new function each time would have to be optimized again.
   */
  readonly evaluate: (...args: readonly unknown[]) => unknown
  readonly sites: readonly Site[]
}

/** Modules that the model replaces: the requests for the functions that they export. */
const PRIMITIVES: Record<string, Record<string, number>> = {
  'memory.ts': {
    load: LOAD,
    store: STORE,
    cas: CAS,
    cas64: CAS64,
    add: ADD,
    or: OR,
    notify: NOTIFY,
    peek: PEEK,
    poke: POKE,
  },
  'backoff.ts': { backOff: BACK_OFF },
  'steps.ts': { observe: OBSERVE, awaitDeath: DEATH },
}
const PURE: Record<string, string> = {
  imul: 'Math.imul',
  remember: '(what) => void ($.remembered = what)',
  // Limiters use these; they are explored apart.
  peekFloat: '() => Number.NaN',
  pokeFloat: '() => {}',
}
/** Parameters that hold a transformed function. */
const CALLBACKS = new Set(['attempt', 'mayLeave', 'operation'])
/** Functions with a loop around a back-off that keep nothing from one try to the next. */
const RETRYING = new Set([
  'putOnce',
  'takeOnce',
  'putBatchOnce',
  'takeBatchOnce',
  'beginOnce',
  'revokeEntry',
  'isAhead',
  'reserveOnce',
  'pushOnce',
  'requeueOnce',
  'delayOnce',
  'releaseOnce',
  'readDeadLettered',
  'untilDone',
])
const ENTRY = fileURLToPath(new URL('./actors.ts', import.meta.url))

export async function program(...faults: readonly Fault[]): Promise<Program> {
  return instrument(await bundle(faults))
}

async function bundle(faults: readonly Fault[]): Promise<string> {
  const unused = new Set(faults)
  const plugin: Plugin = {
    name: 'explored',
    setup(hooks) {
      hooks.onResolve({ filter: /\/(memory|backoff|steps|timers)\.ts$/ }, ({ path }) => ({
        path: basename(path),
        external: true,
      }))
      hooks.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        let contents = readFileSync(path, 'utf8')
        for (const fault of faults) {
          if (!path.endsWith(`/src/${fault.file}`)) continue
          const parts = contents.split(fault.find)
          if (parts.length !== 2)
            throw new Error(`${fault.find} occurs ${parts.length - 1} times in ${fault.file}`)
          contents = parts.join(fault.replace)
          unused.delete(fault)
        }
        // The round that an EndWait keeps between looks: the actors tell it to the machine.
        if (path.endsWith('/src/queue/recovery/end-wait.ts'))
          contents = contents.replaceAll('#round', 'keptRound')
        return { contents, loader: 'ts' }
      })
    },
  }
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    // The doors of the rooms export more than is explored.
    treeShaking: true,
    external: ['node:*'],
    plugins: [plugin],
    logLevel: 'silent',
  })
  for (const { file } of unused) throw new Error(`${file} is not among the explored modules`)
  return (outputFiles[0] as { text: string }).text
}

function occurrences(text: string, name: string): number {
  return text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0
}

type Callable = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>
type Call = Extract<AnyNode, { type: 'CallExpression' }>

interface Found {
  /** A declared function that keeps nothing but its answer: its history is dropped when it answers. */
  readonly forgets: boolean
  /** It stores the history at its entry. */
  remembers: boolean
  readonly name: string
  readonly node: Callable
  readonly parent: AnyNode
  readonly calls: Call[]
}

/** How a call must be rewritten. */
type Meaning = { primitive: number; at?: number } | { line: boolean; forgets: boolean } | undefined

function instrument(text: string): Program {
  const tree = parse(text, { ecmaVersion: 'latest', sourceType: 'module' })
  const out = new MagicString(text)
  const primitives = new Map<string, number>()
  const exported: string[] = []
  const imports: string[] = []
  for (const statement of tree.body) {
    if (statement.type === 'ImportDeclaration') {
      const names = PRIMITIVES[statement.source.value as string]
      for (const specifier of statement.specifiers) {
        const imported = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : 'default'
        const kind = names?.[imported]
        const pure = PURE[imported]
        if (kind !== undefined) primitives.set(specifier.local.name, kind)
        else if (pure !== undefined) imports.push(`const ${specifier.local.name} = ${pure}`)
        else if (names !== undefined && occurrences(text, specifier.local.name) > 1) {
          throw new Error(`${imported} is not modelled`)
        }
      }
      out.remove(statement.start, statement.end)
    } else if (statement.type === 'ExportNamedDeclaration') {
      for (const { exported: as, local } of statement.specifiers)
        exported.push(`${nameOf(as)}: ${nameOf(local)}`)
      out.remove(statement.start, statement.end)
    }
  }

  const functions = collect(tree)
  const stepping = new Set<string>()
  const forgetful = new Set(functions.filter(({ forgets }) => forgets).map(({ name }) => name))
  const meaning = (call: Call): Meaning => {
    const { callee } = call
    if (callee.type === 'Identifier') {
      const primitive = primitives.get(callee.name)
      if (primitive !== undefined) return { primitive }
      const isCallback = CALLBACKS.has(unnumbered(callee.name))
      if (!isCallback && !stepping.has(callee.name)) return undefined
      return { line: false, forgets: !isCallback && forgetful.has(callee.name) }
    }
    if (callee.type !== 'MemberExpression') return undefined
    const name = nameOf(callee.property)
    const owner = lastName(callee.object)
    if (owner === 'shared' && name === 'load') return { primitive: LOAD }
    if (owner === 'shared' && name === 'wait') return { primitive: WAIT }
    if (owner === 'lot' && name === 'load') return { primitive: LOAD, at: PARKING_LOT }
    if (owner === 'lot' && name === 'wait') return { primitive: WAIT, at: PARKING_LOT }
    if (owner === 'core') return { line: true, forgets: true }
    return stepping.has(`.${name}`) ? { line: false, forgets: false } : undefined
  }
  for (let grown = true; grown; ) {
    grown = false
    for (const { name, calls } of functions) {
      if (stepping.has(name) || !calls.some((call) => meaning(call) !== undefined)) continue
      stepping.add(name)
      grown = true
    }
  }

  const sites: Site[] = [{ inside: '', text: '' }]
  for (const found of functions) {
    if (stepping.has(found.name)) makeGenerator(out, text, found)
    for (const call of found.calls) {
      const how = meaning(call)
      if (how === undefined) continue
      const site =
        sites.push({ inside: found.name.replace(/^\./, ''), text: text.slice(call.start, call.end) }) - 1
      if ('primitive' in how) {
        makeRequest(out, text, found, call, how, site)
        continue
      }
      const asks = found.calls.some((other) => within(other, call) && meaning(other) !== undefined)
      if (asks && how.line) throw new Error(`a step in the arguments of ${text.slice(call.start, call.end)}`)
      if (how.line) {
        out.appendLeft(call.start, `$.left($.entered(), ${site}, yield $.call(`)
        out.appendLeft(call.end, '))')
      } else if (how.forgets && !asks) {
        out.appendLeft(call.start, `$.answered($.history, ${site}, yield $.call(`)
        out.appendLeft(call.end, '))')
      } else {
        out.appendLeft(call.start, '(yield $.call(')
        out.appendLeft(call.end, '))')
      }
    }
  }
  const code = `${imports.join('\n')}\n${out.toString()}\nreturn { ${exported.join(', ')} }`
  const evaluate = new Function('$', 'setTimeout', 'clearTimeout', code) as Program['evaluate']
  return { evaluate, sites }
}

/**
 * Rewrites an access to a request. A wait also cuts the history, and so does a back-off in a function that
 * keeps nothing from one try to the next: the thread then knows only what it knew when it entered the
 * function.
 */
function makeRequest(
  out: MagicString,
  text: string,
  found: Found,
  call: Call,
  { primitive: kind, at }: { primitive: number; at?: number },
  site: number,
): void {
  const first = call.arguments[0]
  const ask = `(yield $.ask(${kind}, ${site}${at === undefined ? '' : `, ${at}`}${first ? ', ' : ''}`
  let before = ''
  let after = ''
  if (kind === WAIT) {
    const given = call.arguments.map(({ start, end }) => text.slice(start, end))
    const [side, epoch] = at === undefined ? given : [at, ...given]
    before = `($h = $.waits($known, ${site}, ${side}), $.history = $.expects($h, ${epoch}), `
    after = ', $.history = $h)'
  } else if (kind === BACK_OFF && RETRYING.has(unnumbered(found.name))) {
    before = `($.history = $.retries($known, ${site}), `
    after = ')'
  }
  if (before !== '' && !found.remembers) {
    found.remembers = true
    const body = found.node.body.start + 1
    out.appendRight(body, ' let $h; const $known = $.history;')
  }
  out.overwrite(call.start, first?.start ?? call.end - 1, before + ask)
  out.appendLeft(call.end, `)${after}`)
}

function makeGenerator(out: MagicString, text: string, { node, parent }: Found): void {
  if (node.type === 'ArrowFunctionExpression') {
    const params = node.params.map((param) => text.slice(param.start, param.end)).join(', ')
    const isBlock = node.body.type === 'BlockStatement'
    out.overwrite(node.start, node.body.start, `function*(${params}) ${isBlock ? '' : '{ return '}`)
    if (!isBlock) out.appendRight(node.end, ' }')
  } else if (parent.type === 'MethodDefinition') {
    out.appendLeft(parent.key.start, '*')
  } else {
    out.appendLeft(node.start + 'function'.length, '*')
  }
}

/** All functions, each with the calls in its own body. The name of a method begins with a dot. */
function collect(tree: Node): Found[] {
  const found: Found[] = []
  const visit = (node: AnyNode, parent: AnyNode, current: Found | undefined) => {
    let owner = current
    if (isCallable(node)) {
      owner = {
        name: nameIn(node, parent),
        forgets: isForgetful(node, parent),
        remembers: false,
        node,
        parent,
        calls: [],
      }
      found.push(owner)
    } else if (node.type === 'CallExpression') {
      owner?.calls.push(node)
    }
    for (const child of childrenOf(node)) visit(child, node, owner)
  }
  visit(tree as AnyNode, tree as AnyNode, undefined)
  return found
}

function within(inner: Node, outer: Node): boolean {
  return inner !== outer && inner.start >= outer.start && inner.end <= outer.end
}

function nameIn(node: Callable, parent: AnyNode): string {
  if (parent.type === 'MethodDefinition') return `.${nameOf(parent.key)}`
  if (parent.type === 'VariableDeclarator') return nameOf(parent.id)
  return node.id?.name ?? `anonymous at ${node.start}`
}

/** A function that gets registers, callbacks or arrays may change them, and a nested one its surroundings. */
function isForgetful(node: Callable, parent: AnyNode): boolean {
  if (parent.type !== 'Program' || node.type !== 'FunctionDeclaration') return false
  return node.params.every(
    (param) => param.type === 'Identifier' && param.name !== 'r' && !CALLBACKS.has(unnumbered(param.name)),
  )
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

function lastName(node: AnyNode): string {
  return unnumbered(nameOf(node.type === 'MemberExpression' ? node.property : node))
}

/** The bundler adds numbers to names that occur twice. */
function unnumbered(name: string): string {
  return name.replace(/\d+$/, '')
}
