/**
 * Bundles what a program and its threads load to `lib/`: reading one file takes a fraction of the time of
 * loading 200 modules. Both share one chunk, so that a thread's function and its host have the same classes.
 */
import { chmodSync, copyFileSync, readdirSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import MagicString from 'magic-string'
import { type Plugin, rolldown } from 'rolldown'
import { main, script } from './command-line.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** The program that package.json names under `bin`. */
const COMMAND = 'src/command-line/index.ts'
const { dependencies } = (await import('../package.json', { with: { type: 'json' } })).default

const isOutside = (id: string) => isBuiltin(id) || Object.hasOwn(dependencies, id)

/** Without other characters than ASCII, V8 keeps the text of a file in half of the memory, in each thread. */
const ascii: Plugin = {
  name: 'ascii',
  renderChunk(code) {
    const escaped = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`
    const text = new MagicString(code).replace(/[^\0-\x7f]/g, escaped)
    return { code: text.toString(), map: text.generateMap({ hires: true }) }
  },
}

/** The bundler's helper for `import * as` would also export what a program has put on Object.prototype. */
const ownNames: Plugin = {
  name: 'own-names',
  renderChunk(code) {
    const text = new MagicString(code).replace('for (var name in all)', 'for (var name of Object.keys(all))')
    return { code: text.toString(), map: text.generateMap({ hires: true }) }
  },
}

/**
 * Writes `lib/`. Its folders are those of the sources, since `src/thread-files.ts` looks for `workers/`
 * beside its own. A chunk of its own holds the code that only a supervisor needs: threads leave it out, and
 * so do bundles that use queues alone.
 */
export async function buildPackage(): Promise<void> {
  rmSync(`${ROOT}lib`, { recursive: true, force: true })
  const bundle = await rolldown({
    cwd: ROOT,
    input: {
      'src/index': 'src/index.ts',
      'src/command-line/index': COMMAND,
      'workers/host': 'workers/host.ts',
    },
    platform: 'node',
    external: isOutside,
    plugins: [ownNames, ascii],
    // Those of package.json are for the files of `lib/`.
    treeshake: { moduleSideEffects: true },
  })
  await bundle.write({
    dir: `${ROOT}lib`,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'src/[name].js',
    minify: false,
    sourcemap: true,
    // The package holds the sources.
    sourcemapExcludeSources: true,
    comments: false,
    codeSplitting: {
      groups: [
        {
          name: 'shared',
          test: /\/src\/(?!index|supervisor|pipelines|thread-files|command-line)/,
          priority: 3,
        },
        // A chunk of its own, since it must run before the packages that a supervisor imports.
        { name: 'thread-files', test: /\/src\/thread-files/, priority: 2 },
        { name: 'supervisor', test: /\/src\/(supervisor|pipelines)/, priority: 1 },
      ],
    },
  })
  await bundle.close()
  // The bundler keeps the first line, which names the interpreter.
  chmodSync(`${ROOT}lib/${COMMAND.replace('.ts', '.js')}`, 0o755)
  // The first file that a thread loads is plain JavaScript, and found by its place.
  for (const file of readdirSync(`${ROOT}workers`)) {
    if (file.endsWith('.cjs')) copyFileSync(`${ROOT}workers/${file}`, `${ROOT}lib/workers/${file}`)
  }
}

const SCRIPT = script({
  command: 'npx tsx scripts/build-package.ts',
  does: 'Bundles src/ and workers/ to lib/, which the package holds.',
  options: {},
  example: '',
  exit: ['lib/ is written', 'a source cannot be bundled'],
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(SCRIPT, async () => {
    await buildPackage()
    return 0
  })
}
