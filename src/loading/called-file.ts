import { withStacks } from './stacks.ts'

type Site = Pick<NodeJS.CallSite, 'getFileName'>

/**
 * The file of the function that `call` calls, as a stack names it: 'node:…' for a function of Node and where
 * stacks cannot be read, '' for a function without a file. `call` must pass the probe to the function. The
 * function ends as soon as it looks at the probe, because each operation on the probe throws.
 */
export function calledFile(call: (probe: object) => void): string {
  let sites: unknown
  let depth = 0
  const throwHere = (): never => {
    sites ??= stack()
    throw new Error('the probe ends the function that was called with it')
  }
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [name, throwHere])
  const probe = new Proxy({}, Object.fromEntries(traps))
  const run = () => {
    depth = (stack() as Site[] | undefined)?.length ?? 0
    try {
      call(probe)
    } catch (error) {
      sites ??= (error as Error).stack
    }
  }
  withStacks(Number.POSITIVE_INFINITY, (_, all) => all, run)
  if (!Array.isArray(sites)) return 'node:unknown'
  // The outermost `depth` frames are `run` and its callers. Above them stands `call`, then the function.
  const site: Site | undefined = sites[sites.length - depth - 2]
  return site?.getFileName() ?? ''
}

function stack(): unknown {
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace(holder, stack)
  return holder.stack
}
