/** The places of the built library and of the threads' modules, for every process that kills. */
export interface Sites {
  readonly library: string
  readonly fixtures: string
}

export type Library = typeof import('../../../src/index.ts')

export const SITES: Sites = {
  library: new URL('../../../dist/src/index.js', import.meta.url).href,
  fixtures: new URL('./fixtures/', import.meta.url).href,
}
