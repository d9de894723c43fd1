// Registers a compiler for require, as ts-node/register, @swc-node/register, esbuild-register and
// sucrase/register do. It replaces "LOADER" by "hook".
const { readFileSync } = require('node:fs')
require.extensions['.ts'] = (module, path) =>
  module._compile(readFileSync(path, 'utf8').replace('LOADER', 'hook').replace(': string', ''), path)
