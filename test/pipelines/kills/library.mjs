/** The built library, which threads run, too. */
export const millrace = await import(new URL('../../../dist/src/index.js', import.meta.url).href)
