/** Handed to every process that kills: where the built library and the threads' modules are. */
export interface Sites {
  readonly library: string
  readonly fixtures: string
}

export type Library = typeof import('../../../src/index.ts')

export const SITES: Sites = {
  library: new URL('../../../dist/src/index.js', import.meta.url).href,
  fixtures: new URL('./fixtures/', import.meta.url).href,
}
