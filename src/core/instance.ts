import { CONFIGURATION } from './configuration.ts'
import type { Geometry, Kind } from './geometry.ts'
import { moduleBytes } from './module.ts'
import type * as operations from './operations/index.ts'

/** The operations, of either back end. */
export type Core = typeof operations

/**
 * The operations for a queue of this kind, under the names of the ring's operations. They are chosen once,
 * not at each call.
 */
export function coreOf(kind: Kind, core: Core): Core {
  if (kind === 'lifo') {
    const { putDeque, takeDeque, discardDeque, replaceDeque, dropBottom } = core
    const ring = { put: putDeque, take: takeDeque, discardQueued: discardDeque }
    return { ...core, ...ring, replace: replaceDeque, dropOldest: dropBottom }
  }
  if (kind === 'priority') {
    const { putHeap, takeHeap, requeueHeap, discardHeap } = core
    return { ...core, put: putHeap, take: takeHeap, requeue: requeueHeap, discardQueued: discardHeap }
  }
  return core
}

let compiled: WebAssembly.Module | undefined

/** The WebAssembly back end over `memory`, configured in this thread for one queue. */
export function instantiate(memory: WebAssembly.Memory, geometry: Geometry): Core {
  compiled ??= new WebAssembly.Module(moduleBytes())
  const core = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Core
  configureCore(core, geometry)
  return coreOf(geometry.kind, core)
}

/** The WebAssembly back end over the memory of a rate limiter. Its lines are given every address. */
export function instantiateLimits(memory: WebAssembly.Memory): Core {
  compiled ??= new WebAssembly.Module(moduleBytes())
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Core
}

export function configureCore(core: Core, geometry: Geometry): void {
  const configure = core.configure as (...values: number[]) => void
  configure(...CONFIGURATION.map((setting) => setting.of(geometry)))
}

/**
 * Allocates the shared memory of a queue, or of a rate limiter (`what`). Its maximum is its initial size, so it
 * never moves and never grows.
 * @throws Error if there is no WebAssembly; RangeError if there is no room for the memory
 */
export function allocate(bytes: number, what = 'queue'): WebAssembly.Memory {
  if (typeof WebAssembly === 'undefined') throw noWebAssembly()
  const pages = Math.ceil(bytes / 65536)
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch (error) {
    // Each shared WebAssembly memory of any size reserves about 10 GiB of addresses, for V8's trap handler.
    throw new RangeError(
      `could not reserve memory for a ${what} of ${bytes} bytes: the process may be short of address space ` +
        `(each ${what} reserves about 10 GiB of it, not of memory): start Node with --disable-wasm-trap-handler, ` +
        `which spares that, raise \`ulimit -v\`, or use fewer ${what}s`,
      { cause: error },
    )
  }
}

function noWebAssembly(): Error {
  const text =
    'millrace needs WebAssembly, and this process has none: --jitless, or --no-expose-wasm, takes it away'
  return Object.assign(new Error(text), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' })
}
