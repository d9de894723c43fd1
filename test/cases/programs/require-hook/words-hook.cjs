// Registers a loader for a language of its own. A file in it is one word.
const { readFileSync } = require('node:fs')
require.extensions['.words'] = (module, path) => {
  module.exports.look = () => readFileSync(path, 'utf8').trim().replace('LOADER', 'hook')
}
