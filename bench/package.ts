import { DIST } from './paths.ts'

type Package = typeof import('../src/index.ts')

/** The package as it is built, loaded when it is first asked for: the bench builds it before. */
export function load(): Promise<Package> {
  return import(new URL('index.js', DIST).href)
}
