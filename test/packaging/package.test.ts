import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { isExpected, programsOf, repository, twoAtATime } from '../docs/programs.ts'

const isWholeMatrix = process.env.MILLRACE_NODES !== undefined
const nodes = (process.env.MILLRACE_NODES ?? process.execPath).split(delimiter)
/** The README's second program. The first has no types, and awaits at the top level. */
const quickStart = programsOf('README.md').programs[1]
const source = quickStart?.files.get('main.mjs') ?? ''

const root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-pack-')))
const modules = join(root, 'node_modules')
const millrace = join(modules, 'millrace')
const tsc = join(repository, 'node_modules/typescript/bin/tsc')
const tsx = join(modules, 'tsx/dist/cli.mjs')

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The packed files. Installed without a network: the tarball, and copies of its dependencies. */
const packed: string[] = install()

function install(): string[] {
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', root]
  const answer = execFileSync('npm', pack, { cwd: repository, encoding: 'utf8', timeout: 60_000 })
  const [{ filename, files }] = JSON.parse(answer)
  mkdirSync(millrace, { recursive: true })
  execFileSync('tar', ['-xzf', join(root, filename), '-C', millrace, '--strip-components=1'])
  const { dependencies, bin } = JSON.parse(readFileSync(join(millrace, 'package.json'), 'utf8'))
  for (const name of withTheirs(Object.keys(dependencies))) copyModule(name)
  for (const name of ['tsx', 'esbuild', '@esbuild', '@types/node', 'undici-types', '@silvia-odwyer'])
    copyModule(name)
  mkdirSync(join(modules, '.bin'))
  for (const [name, file] of Object.entries<string>(bin)) {
    symlinkSync(join('../millrace', file), join(modules, '.bin', name))
  }
  return files.map(({ path }: { path: string }) => path)
}

/** These packages, and all that they depend on. */
function withTheirs(names: readonly string[]): Set<string> {
  const all = new Set(names)
  // The loop also visits the names that it adds.
  for (const name of all) {
    const manifest = join(repository, 'node_modules', name, 'package.json')
    for (const each of Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {}))
      all.add(each)
  }
  return all
}

/** Files under version control. */
const tracked = execFileSync('git', ['ls-files'], { cwd: repository, encoding: 'utf8', timeout: 20_000 })
  .trimEnd()
  .split('\n')

function copyModule(name: string): void {
  cpSync(join(repository, 'node_modules', name), join(modules, name), { recursive: true })
}

const OPTIONS = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  types: ['node'],
  rootDir: '.',
  outDir: 'out',
}

/** Two packages with the README's program, as each kind of file that the README names for it. */
const packages = {
  'type-module': { type: 'module', names: ['main.mts', 'main.ts'] },
  'no-type': { names: ['main.mts'] },
} as const

async function buildPackage(folder: keyof typeof packages): Promise<void> {
  const { names, ...manifest } = packages[folder]
  mkdirSync(join(root, folder))
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify(manifest))
  for (const name of names) {
    writeFileSync(join(root, folder, name), source)
    writeFileSync(join(root, folder, name.replace('ts', 'js')), source)
  }
  await compile(folder, OPTIONS, names)
}

/** A package in CommonJS, as docs/typescript.md shows it. */
async function buildCommonJs(): Promise<void> {
  mkdirSync(join(root, 'commonjs'))
  writeFileSync(join(root, 'commonjs/package.json'), '{}')
  writeFileSync(join(root, 'commonjs/main.ts'), source.replaceAll('import.meta', '__filename'))
  await compile('commonjs', { ...OPTIONS, verbatimModuleSyntax: false }, ['main.ts'])
}

async function compile(folder: string, compilerOptions: object, files: readonly string[]): Promise<void> {
  writeFileSync(join(root, folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  expect(await run(process.execPath, folder, [tsc, '-p', '.'])).toBe('')
}

function run(node: string, folder: string, args: readonly string[]): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_NO_WARNINGS: '1' }
  for (const name of Object.keys(env)) if (/^(?:VITE|NODE_OPTIONS|NODE_ENV)/.test(name)) delete env[name]
  return new Promise((resolve, reject) => {
    const options = { cwd: join(root, folder), env, timeout: 60_000, killSignal: 'SIGKILL' } as const
    execFile(node, args, options, (error, stdout, stderr) => {
      if (error === null || args[0] === tsc) resolve(stdout + stderr)
      else reject(new Error(`${error.message}\n${stdout}`))
    })
  })
}

function stripsTypes(node: string): boolean {
  const asked = execFileSync(node, ['-p', '!!process.features.typescript'], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  return asked.trim() === 'true'
}

interface Way {
  readonly folder: keyof typeof packages | 'commonjs'
  readonly args: readonly string[]
}

/** One way of each kind, or all of them for the whole matrix. */
function waysToRun(strips: boolean): Way[] {
  const few: Way[] = [
    { folder: 'type-module', args: ['out/main.js'] },
    { folder: 'type-module', args: [tsx, 'main.ts'] },
    { folder: 'no-type', args: ['out/main.mjs'] },
    { folder: 'no-type', args: [tsx, 'main.mts'] },
    { folder: 'commonjs', args: ['out/main.js'] },
  ]
  const all = (Object.keys(packages) as (keyof typeof packages)[]).flatMap((folder) =>
    packages[folder].names.flatMap((name) =>
      [
        [name.replace('ts', 'js')],
        [`out/${name.replace('ts', 'js')}`],
        [tsx, name],
        ...(strips ? [[name]] : []),
      ].map((args): Way => ({ folder, args })),
    ),
  )
  return isWholeMatrix ? [...all, ...few.slice(-1), { folder: 'commonjs', args: [tsx, 'main.ts'] }] : few
}

describe('the packed tarball', () => {
  it('holds the build, its sources, the documents and the examples, and nothing of the tests', () => {
    for (const path of [
      'dist/src/index.d.ts',
      'lib/src/index.js',
      'lib/src/command-line/index.js',
      'lib/workers/boot.cjs',
      'lib/workers/host.js',
    ])
      expect(packed).toContain(path)
    const top = packed.filter((path) => !path.includes('/'))
    expect(top.sort()).toEqual([
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'package.json',
    ])
    const folders = new Set(packed.filter((path) => path.includes('/')).map((path) => path.split('/')[0]))
    expect([...folders].sort()).toEqual(['bench', 'dist', 'docs', 'examples', 'lib', 'src', 'workers'])
    // README shows these.
    expect(packed.filter((path) => path.startsWith('bench/')).sort()).toEqual([
      'bench/report/tasks.svg',
      'bench/report/throughput.svg',
    ])
    const promised = tracked.filter((path) => /^(?:docs|examples)\//.test(path))
    expect(promised.length).toBeGreaterThan(20)
    expect(promised.filter((path) => !packed.includes(path))).toEqual([])
    expect(packed.filter((path) => /(?:^|\/)tests?\/|\.test\.|readme-/.test(path))).toEqual([])
  })

  it('holds a program that the shell can start, and npx finds', async () => {
    const program = join(millrace, 'lib/src/command-line/index.js')
    expect(readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(statSync(program).mode & 0o111).toBe(0o111)
    const work = 'node_modules/millrace/examples/stages/upper.mjs'
    const command = `printf 'a\\nb' | npx --no-install millrace map ${work} --threads 2`
    const options = { cwd: root, encoding: 'utf8', timeout: 50_000 } as const
    expect(execFileSync('sh', ['-c', command], options)).toBe('A\nB\n')
    const version = execFileSync('npx', ['--no-install', 'millrace', '--version'], options)
    expect(version).toBe(`${JSON.parse(readFileSync(join(millrace, 'package.json'), 'utf8')).version}\n`)
  })

  it('holds the target of every relative link of its pages', () => {
    const pages = packed.filter((path) => path.endsWith('.md'))
    expect(pages.length).toBeGreaterThan(20)
    const broken = pages.flatMap((page) => {
      const text = readFileSync(join(millrace, page), 'utf8')
      return [...text.matchAll(/\]\(([^):#]+)(?:#[^)]*)?\)/g)]
        .map(([, link]) => join(dirname(page), link as string))
        .filter((target) => !packed.includes(target))
        .map((target) => `${page}: ${target}`)
    })
    expect(broken).toEqual([])
  })

  it('has declarations that name packed files and no internals', () => {
    const declarations = [join(millrace, 'dist/src/index.d.ts')]
    // The list grows while it is read.
    for (const file of declarations) {
      const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
      expect(readFileSync(file, 'utf8'), file).not.toContain('@internal')
      for (const [, path] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
        const target = join(dirname(file), (path as string).replace(/\.ts$/, '.d.ts'))
        expect(existsSync(target), `${relative(millrace, file)} names ${path}`).toBe(true)
        if (!declarations.includes(target)) declarations.push(target)
      }
    }
    expect(declarations.length).toBeGreaterThan(15)
    const core = declarations.filter((file) => /\/(?:core|wait)\//.test(file))
    expect(core).toEqual([])
  })

  it('holds what runs in one build only', () => {
    expect(packed.filter((path) => path.startsWith('dist/') && !/\.d\.ts(?:\.map)?$/.test(path))).toEqual([])
  })

  it('names each class as the package exports it', async () => {
    const library = await import(pathToFileURL(join(millrace, 'lib/src/index.js')).href)
    const classes = Object.entries(library).filter(([, value]) => /^class\b/.test(String(value)))
    expect(classes.length).toBeGreaterThan(10)
    expect(classes.filter(([name, value]) => (value as { name: string }).name !== name)).toEqual([])
  })

  it('has a source for every source map', () => {
    const maps = packed.filter((path) => path.endsWith('.map'))
    expect(maps.filter((path) => path.startsWith('lib/')).length).toBeGreaterThan(2)
    const missing = maps.filter((name) => {
      const file = join(millrace, name)
      const { sources } = JSON.parse(readFileSync(file, 'utf8')) as { sources: string[] }
      return sources.some((path) => !existsSync(join(dirname(file), path)))
    })
    expect(missing).toEqual([])
  })
})

describe("the README's program, from the packed tarball", { timeout: 600_000 }, () => {
  const built = {
    'type-module': buildPackage('type-module'),
    'no-type': buildPackage('no-type'),
    commonjs: buildCommonJs(),
  }
  const inTurn = twoAtATime()
  for (const building of Object.values(built)) building.catch(() => {})

  it.each(Object.keys(built) as (keyof typeof built)[])(
    'passes strict checks and compiles: %s',
    (folder) => built[folder],
  )

  for (const node of nodes) {
    const version = execFileSync(node, ['-v'], { encoding: 'utf8', timeout: 20_000 }).trim()
    const ways = waysToRun(stripsTypes(node)).map((way) => ({
      ...way,
      shown: way.args.join(' ').replace(tsx, 'tsx'),
      output: inTurn(() => built[way.folder].then(() => run(node, way.folder, way.args))),
    }))
    for (const { output } of ways) output.catch(() => {})
    it.each(ways)(`runs on Node ${version} in $folder: $shown`, async ({ output }) => {
      const actual = await output
      if (!isExpected(actual, quickStart!.output)) expect(actual).toBe(quickStart?.output.text)
    })
  }
})

describe('the examples, from the packed tarball', { timeout: 300_000 }, () => {
  const examples = join(millrace, 'examples')
  const inTurn = twoAtATime()
  const help = { args: ['--help'], last: /^\S/ }
  // The sample runs two of them whole. test/examples runs all of them, from the checkout.
  const programs = [
    { name: 'bakery', ...(isWholeMatrix ? { args: [], last: /^10 baked = 10 sold$/ } : help) },
    { name: 'checksum', args: [join(millrace, 'docs')], last: / files, / },
    { name: 'log-stats', args: [join(root, 'log.ndjson'), '--lines', '1000'], last: /^1000 lines on / },
    {
      name: 'pipeline-by-hand',
      args: [join(millrace, 'README.md'), join(root, 'README.gz')],
      last: /^checked: gunzip gives back the whole file$/,
    },
    { name: 'priority', ...(isWholeMatrix ? { args: [], last: /^checked: / } : help) },
    { name: 'scraper', ...help },
    { name: 'site', ...help },
    {
      name: 'stream',
      args: [join(millrace, 'README.md'), join(root, 'stream.gz')],
      last: /^checked: gunzip gives back the whole file$/,
    },
    { name: 'thumbnails', args: ['--pictures', '2'], last: / 2 thumbnails$/ },
    { name: 'word-count', args: ['--words', '5000'], last: / different words, / },
    { name: 'work-queue', ...(isWholeMatrix ? { args: [], last: /^checked: / } : help) },
  ].map(({ name, args, last }) => {
    const command = [tsx, join(examples, `${name}.ts`), ...args]
    return { name, last, output: inTurn(() => run(process.execPath, '.', command)) }
  })
  for (const { output } of programs) output.catch(() => {})

  it('are all run', () => {
    const names = packed.flatMap((path) => /^examples\/([^/]+)\.ts$/.exec(path)?.[1] ?? [])
    expect(programs.map(({ name }) => name)).toEqual(names.sort())
  })

  it.each(programs)('run under tsx: $name', async ({ output, last }) => {
    expect((await output).trimEnd().split('\n').at(-1)).toMatch(last)
  })
})
