/** The dimensions of the table, and which of their values go together. */

/** What the victim does. */
export const OPERATIONS = [
  'put',
  'putMany',
  'get',
  'getMany',
  'take',
  'retry',
  'fail',
  'taskDone',
  'iterate',
  'select',
  'join',
  'await put',
  'await get',
  'await take',
  'await iterate',
  'await select',
  'await join',
  'shutdown',
  'shutdown immediate',
] as const
export type Operation = (typeof OPERATIONS)[number]

/** How it dies. `memory`: its heap limit; `endless`: it loops for ever, and is terminated. */
export const WAYS = ['terminate', 'exit 0', 'exit 1', 'throw', 'rejection', 'memory', 'endless'] as const
export type Way = (typeof WAYS)[number]

/**
 * When. `mid-operation`: terminated at a random moment of a hot loop, or by itself inside the codec that the operation calls, or
 * with an asynchronous call pending. `between`: holding, or right after a put. `another's recovery`: as soon as another
 * victim has ended. `last holder`: holding, when the queue is shut down and all else is finished.
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

/** Who lives beside it: producers and consumers at full speed; 2P2C with slow producers, or with slow consumers. */
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
/** It holds an item between two operations. */
const isHolding = (operation: Operation) => !isPut(operation) && !isJoin(operation) && !isShutdown(operation)
/** It cannot wait. */
const isInstant = (operation: Operation) => ['retry', 'fail', 'taskDone'].includes(operation)

export function isPossible({ operation, way, moment, topology }: Cell): boolean {
  if (isShutdown(operation)) return moment === 'between'
  switch (moment) {
    case 'asleep':
      if (isInstant(operation)) return false
      // A blocked thread runs nothing that could end it.
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
      // Inside the codec: what it throws is the operation's error, and no death.
      return way !== 'throw' && way !== 'rejection' && !isJoin(operation) && operation !== 'taskDone'
    case 'native call':
      return way === 'terminate' && !isJoin(operation)
    case 'last holder':
      return isHolding(operation)
  }
}

/** One death ends the queue. */
export const isFinal = ({ operation, moment }: Cell) => moment === 'last holder' || isShutdown(operation)

export function nameOf({ operation, way, moment, topology, kind }: Cell): string {
  return `${operation}; ${way}; ${moment}; ${topology}; ${kind}`
}
