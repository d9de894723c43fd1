/**
 * The first of our code in every thread, and plain JavaScript, since without more a thread refuses TypeScript: makes
 * TypeScript load, then hands over to the host.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { workerData } from 'node:worker_threads'

/** A thread may be given several messages; tsx is registered once. */
let registration

export default async function boot(message) {
  registration ??= register(message.loader.tsx)
  await registration
  const { host } = message.loader.isCommonJs
    ? createRequire(message.host)(fileURLToPath(message.host))
    : await import(message.host)
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

// For `new Worker(boot, { workerData: { module, export, args } })`: no await here, with which `require` would fail.
if (workerData?.module !== undefined) runModule(workerData)

async function runModule({ module, export: name = 'default', args }) {
  const { parentPort } = await import('node:worker_threads')
  if (/\.[cm]?tsx?$/.test(new URL(module).pathname)) {
    try {
      await register(['tsx/cjs/api', 'tsx/esm/api'])
    } catch (error) {
      if (error.cause.code !== 'ERR_MODULE_NOT_FOUND') throw error
    }
  }
  const namespace = await import(module)
  const run = namespace[name] ?? namespace.default?.[name]
  if (typeof run !== 'function') throw new TypeError(`${module} has no function '${name}' among its exports`)
  parentPort.postMessage(await run(args))
}
