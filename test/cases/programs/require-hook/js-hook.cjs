// Compiles ES modules of JavaScript to CommonJS, by a wrapper of Node's own loader, as @babel/register,
// esbuild-register and sucrase/register do.
const { extensions } = require
const own = extensions['.js']
extensions['.js'] = (module, path) => {
  const { _compile } = module
  module._compile = (source, ...rest) => {
    const text = source
      .replace(/^import (\{.*\}) from (.*)$/gm, 'const $1 = require($2)')
      .replace(/^export const (\w+)/gm, 'exports.$1')
      .replace('LOADER', 'hook')
    return _compile.call(module, text, ...rest)
  }
  own(module, path)
}
