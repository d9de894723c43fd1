import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const DIST = new URL('../dist/src/', import.meta.url)
export const MEMBER = new URL('./threads/member.mjs', import.meta.url)
