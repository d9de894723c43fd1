const rests = new WeakMap() // For each run, what its thread puts when no item comes any more.

function keep(item, thread) {
  const { args, signal } = thread
  if (!rests.has(thread)) signal.addEventListener('abort', () => args.kept.tryPut(rests.get(thread)))
  rests.set(thread, item)
}
export const consume = keep
export const spawn = (_, thread) => keep('of spawn', thread)
export const throws = (item, thread) => {
  keep(item, thread)
  throw new Error('no')
}
export const produce = (_, thread) => {
  keep('of produce', thread)
  return []
}
