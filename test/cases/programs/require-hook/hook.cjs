// What ts-node/register, @swc-node/register, esbuild-register, sucrase/register do: a compiler for require. Here: "LOADER" becomes "hook".
const { readFileSync } = require('node:fs')
require.extensions['.ts'] = (module, path) =>
  module._compile(readFileSync(path, 'utf8').replace('LOADER', 'hook').replace(': string', ''), path)
