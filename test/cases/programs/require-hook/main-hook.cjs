// node main-hook.cjs work.ts, or another file and its hook
require(process.argv[3] ?? './hook.cjs')
const { compare } = require('./program.cjs')
compare(process.argv[2])
