import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { buildCore, moduleText, withoutSuffixes } from '../../scripts/build-core.ts'
import { forbiddenIn, readModule } from '../core/wasm.ts'
import { mutated } from './apply.ts'
import type { Mutant } from './mutants.ts'

const ENTRY = fileURLToPath(new URL('./random-run.ts', import.meta.url))
const RUNTIME_ONLY = new Set([
  'core/shared.ts',
  'core/instance.ts',
  'core/geometry.ts',
  'core/words/memory.ts',
])

/** Whether the mutant changes the module. */
export function isCompiled({ faults }: Mutant): boolean {
  return faults.every(({ file }) => {
    return file.startsWith('core/') && !file.startsWith('core/threads/') && !RUNTIME_ONLY.has(file)
  })
}

/** The module with the fault. */
export async function compileMutant(mutant: Mutant): Promise<Uint8Array> {
  const texts = mutated(mutant)
  const unused = new Set(texts.keys())
  const bytes = await buildCore((file, text) => {
    const changed = texts.get(`core/${file}`)
    if (changed === undefined) return text
    unused.delete(`core/${file}`)
    return withoutSuffixes(changed)
  })
  for (const file of unused) throw new Error(`${file} is not part of the module`)
  return bytes
}

/**
 * The finding that shows the mutant: a difference of the module, or of random operations between its two back
 * ends.
 */
export async function judgeModule(mutant: Mutant, seed: number): Promise<string | undefined> {
  const bytes = await compileMutant(mutant)
  const forbidden = Object.entries(forbiddenIn(readModule(bytes)))
  if (forbidden.length > 0)
    return `opcodes: ${forbidden.map(([name, count]) => `${count} ${name}`).join(', ')}`
  const folder = mkdtempSync(join(tmpdir(), 'millrace-mutant-'))
  try {
    const file = join(folder, 'random-run.mjs')
    writeFileSync(file, await bundle(mutated(mutant), bytes))
    const { randomRun } = (await import(pathToFileURL(file).href)) as typeof import('./random-run.ts')
    return randomRun(seed)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function bundle(texts: Map<string, string>, module: Uint8Array): Promise<string> {
  const plugin: Plugin = {
    name: 'mutant',
    setup(hooks) {
      hooks.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const file = path.replaceAll('\\', '/').split('/src/').at(-1) as string
        const contents =
          file === 'core/module.ts' ? moduleText(module) : (texts.get(file) ?? readFileSync(path, 'utf8'))
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
    plugins: [plugin],
    logLevel: 'silent',
  })
  return (outputFiles[0] as { text: string }).text
}
