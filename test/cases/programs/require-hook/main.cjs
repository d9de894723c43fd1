// node -r ./hook.cjs main.cjs work.ts
const { compare } = require('./program.cjs')
compare(process.argv[2])
