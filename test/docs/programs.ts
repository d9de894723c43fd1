import { execFile } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface Block {
  readonly language: string
  /** The word after the language, such as 'unordered'; '' if there is none. */
  readonly flag: string
  readonly text: string
  /** The number of its first line in its page. */
  readonly line: number
}

/** A program of a page: its files, the commands that run it, and the output that the page shows. */
export interface Program {
  readonly page: string
  readonly line: number
  readonly files: ReadonlyMap<string, string>
  readonly commands: readonly string[]
  readonly output: Block
}

interface Section {
  readonly heading: string
  readonly blocks: readonly Block[]
}

/** Packages that the programs need; the last two are those of docs/coming-from.md. */
const MODULES = ['.bin', '@types', 'tsx', 'typescript', 'vitest', 'piscina', 'p-map']

/** Stands in shown output for text that varies. */
const ELLIPSIS = '…'

export function read(page: string): string {
  return readFileSync(join(repository, page), 'utf8')
}

export function sectionsOf(markdown: string): Section[] {
  const sections: { heading: string; blocks: Block[] }[] = [{ heading: '', blocks: [] }]
  let open: { language: string; flag: string; lines: string[]; line: number } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    if (open !== undefined) {
      if (text !== '```') open.lines.push(text)
      else {
        const { lines, ...rest } = open
        sections.at(-1)?.blocks.push({ ...rest, text: lines.map((each) => `${each}\n`).join('') })
        open = undefined
      }
      continue
    }
    const [, language, flag = ''] = /^```(\w*) ?(.*)$/.exec(text) ?? []
    const [, heading] = /^#+ (.*)$/.exec(text) ?? []
    if (language !== undefined) open = { language, flag, lines: [], line: index + 2 }
    else if (heading !== undefined) sections.push({ heading, blocks: [] })
  }
  return sections
}

/**
 * Returns the programs of a page, and the blocks that belong to none. The blocks of a section form a program:
 *
 * - A block whose first line is a comment with a file's name is that file.
 * - A block without such a line continues the file before it.
 * - A block `sh` has the commands. Without one the file named main is run.
 * - A block `text` has the output and ends the program.
 *
 * The files stay for the next program of the section.
 */
export function programsOf(page: string): { programs: Program[]; others: Block[] } {
  const programs: Program[] = []
  const others: Block[] = []
  for (const { blocks } of sectionsOf(read(page))) {
    const files = new Map<string, string>()
    let commands: string[] = []
    let pending: Block[] = []
    for (const block of blocks) {
      pending.push(block)
      if (block.language === 'sh') commands = block.text.trimEnd().split('\n')
      else if (block.language !== 'text') addFile(files, block)
      if (block.language !== 'text') continue
      const [{ line }] = pending as [Block]
      if (commands.length === 0) commands = [commandFor(files)]
      if (files.size > 0) programs.push({ page, line, files: new Map(files), commands, output: block })
      else others.push(...pending)
      commands = []
      pending = []
    }
    others.push(...pending)
  }
  return { programs, others }
}

function addFile(files: Map<string, string>, { text }: Block): void {
  const [, name] = /^\/\/ ([\w./-]+\.\w+)(?=\s|:)/.exec(text) ?? []
  const [last] = [...files.keys()].slice(-1)
  if (name !== undefined) files.set(name, name.endsWith('.json') ? text.slice(text.indexOf('\n')) : text)
  else if (last !== undefined) files.set(last, `${files.get(last)}\n${text}`)
}

function commandFor(files: ReadonlyMap<string, string>): string {
  const main = [...files.keys()].find((name) => /^main\.\w+$/.test(name)) ?? ''
  return /\.m?ts$/.test(main) ? `tsx ${main}` : `node ${main}`
}

/** A folder in which `millrace` is this repository with its build, as an installation would have it. */
export class Workshop {
  readonly root = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  #count = 0

  constructor() {
    const modules = join(this.root, 'node_modules')
    mkdirSync(modules)
    symlinkSync(repository, join(modules, 'millrace'), 'junction')
    for (const name of MODULES)
      symlinkSync(join(repository, 'node_modules', name), join(modules, name), 'junction')
    mkdirSync(join(this.root, 'bin'))
    symlinkSync(join(repository, 'lib/src/command-line/index.js'), join(this.root, 'bin/millrace'))
  }

  /** Runs a program. Returns all it wrote to standard output and standard error, in the order of writing. */
  async run({ files, commands }: Pick<Program, 'files' | 'commands'>): Promise<string> {
    const folder = join(this.root, `program-${this.#count++}`)
    for (const [name, text] of [['package.json', '{}'], ...files] as const) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const output = join(folder, 'output.txt')
    for (const command of commands) await this.#shell(command, folder, output)
    return readFileSync(output, 'utf8')
  }

  async #shell(command: string, folder: string, output: string): Promise<void> {
    const to = JSON.stringify(output)
    const bin = join(this.root, 'node_modules/.bin')
    const env: NodeJS.ProcessEnv = {
      NO_COLOR: '1',
      PATH: [join(this.root, 'bin'), bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    }
    for (const name of ['HOME', 'TMPDIR', 'SystemRoot']) if (process.env[name]) env[name] = process.env[name]
    closeSync(openSync(output, 'a'))
    await new Promise<void>((resolve, reject) => {
      const options = { cwd: folder, env, timeout: 50_000, killSignal: 'SIGKILL' } as const
      execFile(
        'sh',
        ['-c', `{ ${command.replace(/\bnpx |\s+#.*/g, '')}\n} >> ${to} 2>&1`],
        options,
        (error) => {
          if (error === null) resolve()
          else reject(new Error(`${command}: ${error.message}\n${readFileSync(output, 'utf8')}`))
        },
      )
    })
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Whether `actual` is the output that the block shows; with the flag 'unordered' its lines in any order. */
export function isExpected(actual: string, { text, flag }: Block): boolean {
  const shown = flag === 'unordered' ? sorted(text) : text
  const got = flag === 'unordered' ? sorted(actual) : actual
  const pattern = shown
    .split(ELLIPSIS)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('[\\s\\S]*?')
  return new RegExp(`^${pattern}$`).test(got)
}

function sorted(text: string): string {
  return text.split('\n').sort().join('\n')
}

/** Returns a function that runs its arguments, two at a time: the smallest machine of CI has two cores. */
export function twoAtATime(): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (run) => {
    if (running < 2) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
