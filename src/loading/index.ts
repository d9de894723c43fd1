/** How threads load the modules of the program, and TypeScript above all. */

export type { Loader, ThreadHook } from './loader.ts'
export { loaderFor, preferFallback, threadExecArgv } from './loader.ts'
export {
  isFile,
  isForRequire,
  isTypeScript,
  moduleGraphOf,
  moduleVersion,
  sourceOf,
  typeScriptFor,
} from './module-graph.ts'
export { hasHook, isHooked } from './require-hooks.ts'
export { withStacks } from './stacks.ts'
