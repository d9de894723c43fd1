let rest // The thread puts it when no item comes any more.

function keep(item, { args, signal }) {
  if (rest === undefined) signal.addEventListener('abort', () => args.kept.tryPut(rest))
  rest = item
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
