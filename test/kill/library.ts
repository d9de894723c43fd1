/** The built library, which the threads of these tests run, too. Its types come from the source. */
export const millrace: typeof import('../../src/index.ts') = await import(
  new URL('../../dist/src/index.js', import.meta.url).href
)
