// node main-own-hook.cjs work.ts: no thread can register the hook of the main file.
const { readFileSync } = require('node:fs')
const compile = (module, path) =>
  module._compile(readFileSync(path, 'utf8').replace('LOADER', 'hook').replace(': string', ''), path)
require.extensions['.ts'] = compile
const { compare } = require('./program.cjs')
compare(process.argv[2])
