import { Script } from 'node:vm'
import { isTypeScript, modulesFrom } from '../src/loading/index.ts'

/**
 * Where the syntax error is: `/path/file.js:3`. Of an ES module Node's error does not say it, so each file
 * that `path` loads is compiled until one fails in the same way; undefined if none does.
 */
export function placeOfSyntaxError(error: SyntaxError, path: string): string | undefined {
  for (const module of modulesFrom(path)) {
    if (isTypeScript(module.path)) continue
    const place = placeIn(module.path, module.source, error.message)
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
 * With what only a module may hold replaced, character by character, so that every place stays where it was.
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
