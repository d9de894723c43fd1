/** Globals of Node 22 that the package multithreading uses, for Node 20: by `--import`, in each thread. */
import { availableParallelism } from 'node:os'

globalThis.navigator ??= { hardwareConcurrency: availableParallelism() }
Promise.withResolvers ??= () => {
  const own = {}
  own.promise = new Promise((resolve, reject) => Object.assign(own, { resolve, reject }))
  return own
}
