import { gzipSync } from 'node:zlib'
import { threaded } from '../../src/index.ts'

/** Runs on threads: a gzip file of one block. */
export const gzipBlock = threaded(import.meta, (block: Uint8Array): Uint8Array => gzipSync(block))
