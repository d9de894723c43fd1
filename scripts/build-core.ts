/**
 * Compiles `src/core/` to WebAssembly and writes the module as text to `src/core/module.ts`.
 *
 * AssemblyScript only translates; Binaryen then inlines without its usual limits on size, because each
 * exported function must be one straight line: V8 interrupts a thread at function entries and loop heads
 * only.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type Binaryen from 'binaryen'
import { main, script } from './command-line.ts'

const core = new URL('../src/core/', import.meta.url)

/**
 * The module's bytes. `rewrite` sees every source file first; the control module of the tests is made with
 * it.
 */
export async function buildCore(rewrite = (_file: string, text: string) => text): Promise<Uint8Array> {
  // Loaded when it is needed: together they take seconds, and importers want other exports of this file, too.
  const { default: asc } = await import('assemblyscript/asc')
  const { default: binaryen } = await import('binaryen')
  let output: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [
      'operations/index.ts',
      '--outFile',
      'core.wasm',
      '--runtime',
      'stub',
      '--importMemory',
      '--sharedMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '32768',
      '--enable',
      'threads',
      '--noExportMemory',
      '--noAssert',
      '-O0',
    ],
    {
      readFile: (file: string) => {
        try {
          const source = file === 'words/memory.ts' ? 'words/memory.as.ts' : file
          const text = readFileSync(new URL(source, core), 'utf8')
          return rewrite(file, withoutSuffixes(text))
        } catch {
          return null
        }
      },
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (typeof contents !== 'string') output = contents
      },
      listFiles: () => [],
    },
  )
  if (error !== null || output === undefined) {
    throw new Error(`AssemblyScript failed: ${error?.message}\n${stderr.toString()}`)
  }
  return straighten(binaryen, output)
}

/**
 * The source with its imports as asc wants them: asc adds `.ts` to every re-export, so a module would occur
 * twice.
 */
export function withoutSuffixes(text: string): string {
  return text.replaceAll(/(from '\.[a-z./-]+)\.ts'/g, "$1'")
}

function straighten(binaryen: typeof Binaryen, translated: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(translated)
  module.setFeatures(
    binaryen.Features.Atomics | binaryen.Features.MutableGlobals | binaryen.Features.BulkMemory,
  )
  binaryen.setOptimizeLevel(3)
  binaryen.setShrinkLevel(0)
  binaryen.setAlwaysInlineMaxSize(100_000)
  binaryen.setFlexibleInlineMaxSize(100_000)
  binaryen.setOneCallerInlineMaxSize(100_000)
  // Twice: what became constant by inlining decides branches only then.
  module.optimize()
  module.optimize()
  module.runPasses(['remove-unused-module-elements', 'reorder-functions'])
  if (!module.validate()) throw new Error('Binaryen made an invalid module')
  const bytes = module.emitBinary()
  module.dispose()
  return bytes
}

export function moduleText(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,100}/g) ?? []
  return [
    '// Made by `npm run build:core` from the other files of this folder; a test makes it again and compares.',
    'export const MODULE_BASE64 =',
    lines.map((line) => `  '${line}'`).join(' +\n'),
    '',
  ].join('\n')
}

const SCRIPT = script({
  command: 'npm run build:core',
  does: 'Compiles src/core/ to WebAssembly and writes the module as text to src/core/module.ts.',
  options: {},
  example: '',
  exit: ['src/core/module.ts is written', 'the source does not compile'],
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(SCRIPT, async () => {
    const bytes = await buildCore()
    writeFileSync(new URL('module.ts', core), moduleText(bytes))
    console.log(`src/core/module.ts: ${bytes.length} bytes of WebAssembly`)
    return 0
  })
}
