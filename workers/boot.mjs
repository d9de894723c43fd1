/**
 * Runs one function of a module in this thread. The module may be TypeScript, which `new Worker` itself refuses.
 *
 *   new Worker(new URL('../workers/boot.mjs', import.meta.url), {
 *     workerData: { module: import.meta.url, export: 'baker', args },
 *   })
 *
 * What the function returns arrives as the Worker's one message; what it throws, as its `error` event.
 */
import { parentPort, workerData } from 'node:worker_threads'

const { module, export: name = 'default', args } = workerData
const isTypeScript = /\.[cm]?tsx?$/.test(new URL(module).pathname)
const hasLoader = isTypeScript && (await registerTsx())
const namespace = await load()
// Of a CommonJS module, Node finds some exports only on `default`.
const run = namespace[name] ?? namespace.default?.[name]
if (typeof run !== 'function') throw new TypeError(`${module} has no function '${name}' among its exports`)
parentPort.postMessage(await run(args))

/**
 * Both hooks: `import` and `require`. With one of them alone, threads fail in packages without `"type": "module"`.
 * Returns whether there is a tsx; where there is none, Node strips the types itself if it can.
 */
async function registerTsx() {
  try {
    const [esm, cjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')])
    cjs.register()
    esm.register()
    return true
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    return false
  }
}

async function load() {
  try {
    return await import(module)
  } catch (error) {
    if (isTypeScript && !hasLoader) error.message += ' (npm i -D tsx lets threads load any TypeScript)'
    throw error
  }
}
