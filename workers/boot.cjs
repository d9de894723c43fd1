/**
 * The first file of a thread. It registers tsx if the thread shall have it, and starts the host. It is
 * JavaScript because a thread cannot load TypeScript before.
 *
 * It is CommonJS, and loads the host by `import()`. If a thread is terminated while it loads an ES module by
 * `require`, an assertion of Node fails and aborts the process (`ModuleWrap::CreateRequiredModuleFacade`,
 * Node 20 to 26).
 */
'use strict'

const { createRequire, enableCompileCache } = require('node:module')
const { setImmediate } = require('node:timers')
const { fileURLToPath } = require('node:url')
const { workerData } = require('node:worker_threads')

/** The key of the Boot message: THREAD_BOOT in src/protocol/messages.ts. */
const boot = workerData['millrace.boot']
delete workerData['millrace.boot']

start(boot).catch(async (error) => {
  // A thread that is terminated while it loads throws here (Node 22 and later). It does not get past this
  // wait, and so it ends without an error.
  await new Promise((resolve) => setImmediate(resolve))
  throw error
})

async function start({ host, tsx, isCommonJs, compileCache, port }) {
  if (compileCache !== undefined) enableCompileCache?.(compileCache)
  // The port keeps the thread from ending while it loads, and afterwards while it waits for functions.
  port.ref()
  if (tsx.length > 0) await register(tsx)
  const { serve } = isCommonJs ? createRequire(host)(fileURLToPath(host)) : await import(host)
  serve(port)
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
