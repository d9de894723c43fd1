/** Runs run.ts. Were tsx preloaded, every thread would load it, too. */
import { tsImport } from 'tsx/esm/api'

await tsImport('./run.ts', import.meta.url)
