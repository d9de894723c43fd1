/**
 * The first of our code in every thread, and plain JavaScript, since without more a thread refuses TypeScript: makes
 * TypeScript load, then hands over to the host.
 *
 * CommonJS, since piscina loads it by `require`: of an ES module that ends in a failed assertion of Node, which aborts the
 * process, if the thread is terminated at that moment (`ModuleWrap::CreateRequiredModuleFacade`, Node 20 to 26).
 */
'use strict'

const { createRequire } = require('node:module')
const { setImmediate } = require('node:timers')
const { fileURLToPath } = require('node:url')

/** A thread may be given several messages; tsx is registered once. */
let registration

module.exports = async function boot(message) {
  let host
  try {
    registration ??= register(message.loader.tsx)
    await registration
    ;({ host } = message.loader.isCommonJs
      ? createRequire(message.host)(fileURLToPath(message.host))
      : await import(message.host))
  } catch (error) {
    // As in the host: a thread that is terminated meanwhile throws on Node 22 and later, and comes to no other turn. Piscina would
    // hear of an error first, and give it another run.
    await new Promise((resolve) => setImmediate(resolve))
    throw error
  }
  return host(message)
}

/**
 * Both of tsx's hooks, that of `require` and that of `import`: with one alone, threads fail in packages without
 * `"type": "module"`. A thread that inherits `--import tsx` has them already, on some versions of Node: twice does no
 * harm.
 */
async function register(hooks) {
  try {
    const apis = await Promise.all(hooks.map((hook) => import(hook)))
    for (const api of apis) api.register()
  } catch (error) {
    throw new Error(`this thread could not register tsx (${hooks.join(', ')}): ${error.message}`, {
      cause: error,
    })
  }
}
