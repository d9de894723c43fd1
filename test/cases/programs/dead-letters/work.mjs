/** Ends the thread, or fails, in the way that the item names. */
const ways = {
  uncaught: () => setTimeout(() => thrown(new RangeError('the parser has lost its way')), 1),
  rejected: () => void Promise.reject(Object.assign(new TypeError('not awaited'), { code: 'ERR_LOST' })),
  text: () => setTimeout(() => thrown('a text'), 1),
  nothing: () => setTimeout(() => thrown(undefined), 1),
  exits: () => process.exit(7),
  memory: () => {
    for (const kept = []; ; ) kept.push([kept.length, kept.length])
  },
}

function thrown(error) {
  throw error
}

export async function handle(way) {
  ways[way]()
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}

class ParseError extends SyntaxError {
  code = 42
}

export function fail(text) {
  throw new ParseError(`no use: ${text}`, { cause: Object.assign(new Error('read'), { code: -2 }) })
}
