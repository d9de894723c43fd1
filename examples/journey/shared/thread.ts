import { Worker } from 'node:worker_threads'

/**
 * Starts a thread of Node's own, without millrace, that runs the module at `url` with `data` as `workerData`.
 * Resolves with the last message that it posted, once it has ended.
 *
 * Node 20 loads no TypeScript in a thread, so the thread registers tsx first.
 */
export function startThread<T = void>(url: string, data: unknown): Promise<T> {
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const code = `import(${tsx}).then(({ register }) => { register(); return import(${JSON.stringify(url)}) })`
  return new Promise((resolve, reject) => {
    const thread = new Worker(code, { eval: true, workerData: data })
    let last: unknown
    thread.on('message', (message) => {
      last = message
    })
    thread.on('error', reject)
    thread.on('exit', (exitCode) => {
      if (exitCode === 0) resolve(last as T)
      else reject(new Error(`a thread ended with exit code ${exitCode}`))
    })
  })
}
