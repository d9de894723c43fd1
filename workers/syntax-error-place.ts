import { Script } from 'node:vm'
import { isTypeScript, moduleGraphOf, sourceOf } from '../src/loading/index.ts'

/**
 * The place of a syntax error, as `/path/file.js:3`. Node's error does not name it for an ES module. So each
 * file of the module graph of `path` is compiled, until one fails with the same message; undefined if none
 * does.
 */
export function placeOfSyntaxError(error: SyntaxError, path: string): string | undefined {
  for (const module of moduleGraphOf(path)) {
    if (isTypeScript(module.path)) continue
    const place = placeIn(module.path, sourceOf(module.path), error.message)
    if (place !== undefined) return place
  }
  return undefined
}

const HEAD = `async () => {'use strict'; `

function placeIn(path: string, source: string, message: string): string | undefined {
  try {
    new Script(`(${HEAD}${asScript(source)}\n})`, { filename: path })
  } catch (error) {
    const { message: found, stack = '' } = error as Error
    const [place = ''] = stack.split('\n')
    if (found === message && place.startsWith(`${path}:`)) return place
  }
  return undefined
}

/**
 * The source of a module as a script: syntax that only a module may have is replaced, character by character,
 * so that every line and column stays where it was.
 */
function asScript(source: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ')
  return source
    .replace(/^\s*import\b(?!\s*[.(])[^'"]*(['"])[^'"\n]*\1(?:\s*with\s*\{[^}]*\})?/gm, blank)
    .replace(/^\s*export\s*(?:\*|\{)[^;\n}]*\}?(?:[^;\n'"]*(['"])[^'"\n]*\1)?/gm, blank)
    .replace(/^(\s*)export\s+default\b/gm, (text, space: string) => `${space}void`.padEnd(text.length))
    .replace(/^\s*export\b/gm, blank)
    .replace(/\bimport\.meta\b/g, 'import_meta')
}
