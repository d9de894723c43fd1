import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const DIST = new URL('../dist/src/', import.meta.url)
export const WORKER = new URL('./threads/worker.mjs', import.meta.url)
