/** The function of the killed runs. `args.calls` counts the calls of each item. */
export function work(item, thread) {
  dieSometimes(item, thread)
  return [item, thread.threadId]
}

export async function workLater(item, thread) {
  await new Promise((resolve) => setTimeout(resolve, item % 3))
  dieSometimes(item, thread)
  return [item, thread.threadId]
}

/** An item has this many outputs. */
export const outputsOf = (item) => item % 4

export function* spread(item, thread) {
  for (let number = 0; number < outputsOf(item); number++) {
    yield [item, number]
    if (number === 1) dieSometimes(item, thread)
  }
}

function dieSometimes(item, { args }) {
  if (Atomics.add(args.calls, item, 1) !== 0 || !args.victims.includes(item)) return
  if (args.way === 'exit') process.exit(item % 2)
  if (args.way === 'memory') {
    const kept = []
    for (;;) kept.push(new Array(100_000).fill(kept.length))
  }
}
