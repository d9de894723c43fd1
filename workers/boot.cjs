/**
 * The first file of this library that a thread loads. It registers tsx if the thread shall have it, and calls
 * the host. It is JavaScript because a thread cannot load TypeScript before.
 *
 * It is CommonJS because piscina loads it by `require`. If a thread is terminated while it loads an ES module
 * by `require`, an assertion of Node fails and aborts the process (`ModuleWrap::CreateRequiredModuleFacade`,
 * Node 20 to 26).
 */
'use strict'

const { createRequire } = require('node:module')
const { setImmediate } = require('node:timers')
const { fileURLToPath } = require('node:url')

/** Tsx is registered once, although a thread may get several messages. */
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
    // A thread that is terminated while it loads throws here (Node 22 and later). It does not get past this
    // wait. Without it, piscina would get the error before the thread's end, and give the thread another run.
    await new Promise((resolve) => setImmediate(resolve))
    throw error
  }
  return host(message)
}

/**
 * Registers both hooks of tsx, that of `require` and that of `import`. With one alone, threads fail in
 * packages without `"type": "module"`. A thread that inherits `--import tsx` has them already, on some
 * versions of Node. Registering them twice does no harm.
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
