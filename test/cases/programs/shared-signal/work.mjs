process.on('warning', ({ name, message }) => console.log(name, message))

export default () => {}

/** Makes many waits with the thread's signal, until the thread is asked to stop. */
export async function waits({ queue, words }, { signal }) {
  const gets = Array.from({ length: 12 }, () => queue.get({ signal }))
  await new Promise(setImmediate)
  Atomics.store(words, 0, 1)
  const codes = (await Promise.allSettled(gets)).map(({ reason }) => reason.code)
  return [...new Set(codes)]
}
