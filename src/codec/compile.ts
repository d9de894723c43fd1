/** False once this process has refused to make code from text (`--disallow-code-generation-from-strings`). */
let mayCompile = true

/**
 * Runs `source`, the body of a function whose parameters are the names in `scope`, and returns what it
 * returns. Undefined where code generation from text is not allowed. `source` must hold no text from outside
 * but by JSON.stringify.
 */
export function compile<F>(source: string, scope: Readonly<Record<string, unknown>>): F | undefined {
  if (!mayCompile) return undefined
  try {
    return new Function(...Object.keys(scope), `'use strict';${source}`)(...Object.values(scope)) as F
  } catch (error) {
    // In a context of its own, as a test of Jest has, the error is of another class.
    if ((error as Error | undefined)?.name !== 'EvalError') throw error
    mayCompile = false
    return undefined
  }
}
