import { withStacks } from './stacks.ts'

type Site = Pick<NodeJS.CallSite, 'getFileName'>

/**
 * The file of the function that `call` calls with a trap, as its stack has it: 'node:…' for Node's own, and
 * where stacks cannot be read; '' for one without a file. The function ends at its first look at the trap.
 */
export function calleeOf(call: (trap: object) => void): string {
  let sites: unknown
  let depth = 0
  const spring = (): never => {
    sites ??= stack()
    throw new Error('only its place is asked for')
  }
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [name, spring])
  const trap = new Proxy({}, Object.fromEntries(traps))
  const begin = () => {
    depth = (stack() as Site[] | undefined)?.length ?? 0
    try {
      call(trap)
    } catch (error) {
      sites ??= (error as Error).stack
    }
  }
  withStacks(Number.POSITIVE_INFINITY, (_, all) => all, begin)
  if (!Array.isArray(sites)) return 'node:unknown'
  // Below it are `call`, `begin` and what called that.
  const site: Site | undefined = sites[sites.length - depth - 2]
  return site?.getFileName() ?? ''
}

function stack(): unknown {
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace(holder, stack)
  return holder.stack
}
