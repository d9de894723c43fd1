// node main-hook.mjs work.ts
import './hook.mjs'
import { createRequire } from 'node:module'

const { compare } = createRequire(import.meta.url)('./program.cjs')
compare(process.argv[2])
