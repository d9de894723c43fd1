/** The built library, as users and the threads here run it; its types come from the source. */
export const millrace: typeof import('../../src/index.ts') = await import(
  new URL('../../dist/src/index.js', import.meta.url).href
)
