/** The dimensions of the matrix, and the combinations of their values that are possible. */

/** The operation of the victim. */
export const OPERATIONS = [
  'put',
  'putMany',
  'get',
  'getMany',
  'take',
  'takeMany',
  'retry',
  'fail',
  'taskDone',
  'iterate',
  'select',
  'join',
  'await put',
  'await putMany',
  'await get',
  'await getMany',
  'await take',
  'await iterate',
  'await select',
  'await join',
  'shutdown',
  'shutdown immediate',
] as const
export type Operation = (typeof OPERATIONS)[number]

/** The way it dies. `memory`: it reaches its heap limit; `endless`: it is terminated in an endless loop. */
export const WAYS = ['terminate', 'exit 0', 'exit 1', 'throw', 'rejection', 'memory', 'endless'] as const
export type Way = (typeof WAYS)[number]

/**
 * The moment at which it dies:
 * - `mid-operation`: at a random moment of a hot loop, inside the codec, or with an asynchronous call pending
 * - `between`: holding an item, or right after a put
 * - `another's recovery`: as soon as another victim has ended
 * - `last holder`: holding an item, after the queue was shut down and all other items were finished
 */
export const MOMENTS = [
  'asleep',
  'starting',
  'mid-operation',
  'native call',
  'between',
  "another's recovery",
  'at once',
  'last holder',
] as const
export type Moment = (typeof MOMENTS)[number]

/** The survivors: at full speed, or 2P2C with slow producers (near empty) or slow consumers (near full). */
export const TOPOLOGIES = ['1P1C', '2P2C', 'near empty', 'near full'] as const
export type Topology = (typeof TOPOLOGIES)[number]

export { KINDS, type Kind } from '../../support/queues.ts'

import { KINDS, type Kind } from '../../support/queues.ts'

export interface Cell {
  readonly operation: Operation
  readonly way: Way
  readonly moment: Moment
  readonly topology: Topology
  readonly kind: Kind
}

export const DIMENSIONS: { readonly [D in keyof Cell]: readonly Cell[D][] } = {
  operation: OPERATIONS,
  way: WAYS,
  moment: MOMENTS,
  topology: TOPOLOGIES,
  kind: KINDS,
}

export const isAsync = (operation: Operation) => operation.startsWith('await')
export const isShutdown = (operation: Operation) => operation.startsWith('shutdown')
const isPut = (operation: Operation) => operation.includes('put')
const isJoin = (operation: Operation) => operation.includes('join')
/** The victim holds an item between two operations. */
const isHolding = (operation: Operation) => !isPut(operation) && !isJoin(operation) && !isShutdown(operation)
/** The operation never waits. */
const isInstant = (operation: Operation) => ['retry', 'fail', 'taskDone'].includes(operation)

export function isPossible({ operation, way, moment, topology }: Cell): boolean {
  if (isShutdown(operation)) return moment === 'between'
  switch (moment) {
    case 'asleep':
      if (isInstant(operation)) return false
      // A blocked thread cannot end itself.
      if (way !== 'terminate' && !isAsync(operation)) return false
      if (isJoin(operation)) return topology === '2P2C' || topology === 'near full'
      return topology === (isPut(operation) ? 'near full' : 'near empty')
    case 'starting':
    case 'between':
    case 'at once':
      return true
    case 'mid-operation':
    case "another's recovery":
      if (way === 'terminate' || isAsync(operation)) return true
      // The victim dies inside the codec. There a throw is an error of the operation, and no death.
      return way !== 'throw' && way !== 'rejection' && !isJoin(operation) && operation !== 'taskDone'
    case 'native call':
      return way === 'terminate' && !isJoin(operation)
    case 'last holder':
      return isHolding(operation)
  }
}

/** One such death ends the queue. */
export const isFinal = ({ operation, moment }: Cell) => moment === 'last holder' || isShutdown(operation)

export function nameOf({ operation, way, moment, topology, kind }: Cell): string {
  return `${operation}; ${way}; ${moment}; ${topology}; ${kind}`
}
