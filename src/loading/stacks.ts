type Prepare = typeof Error.prepareStackTrace | undefined

/**
 * Calls `take` while stacks have `limit` frames and are made by `prepare`; undefined means Node's own way.
 * Afterwards the program's settings are restored. If `Error` is frozen, the program's settings stay in force.
 */
export function withStacks<T>(limit: number, prepare: Prepare, take: () => T): T {
  const wanted = Object.entries({ stackTraceLimit: limit, prepareStackTrace: prepare })
  const own = wanted.map(([name]) => [name, Object.getOwnPropertyDescriptor(Error, name)] as const)
  try {
    for (const [name, value] of wanted) Reflect.set(Error, name, value)
    return take()
  } finally {
    for (const [name, descriptor] of own) {
      if (descriptor === undefined) Reflect.deleteProperty(Error, name)
      else Reflect.defineProperty(Error, name, descriptor)
    }
  }
}
