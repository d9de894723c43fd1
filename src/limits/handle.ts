import { invalidValue } from '../check.ts'
import type { LimitGeometry } from '../core/index.ts'
import type { Handle } from '../queue/index.ts'
import type { CheckedQuota, QuotaReference } from './quota.ts'

/** @internal The data with which another thread attaches to a limiter; structured-cloneable. */
export interface LimitHandleData {
  readonly millrace: 1
  readonly kind: 'limiter' | 'keyed-limiter'
  readonly id: string
  readonly name: string
  readonly memory: WebAssembly.Memory
  readonly geometry: LimitGeometry
  /** A second of `sharedSeconds`, from which the times in the memory are counted. */
  readonly base: number
  /** For hashes of keys: by other limiters' hashes nothing is known of these. */
  readonly salt: string
  /** The quota of every key; undefined: a function decides. */
  readonly quota: CheckedQuota | undefined
  /** How threads find that function, if they do. */
  readonly quotaBy: QuotaReference | undefined
}

export function isLimiterHandle(handle: unknown): handle is LimitHandleData & Handle<unknown> {
  const kind = (handle as Partial<LimitHandleData> | null)?.kind
  return kind === 'limiter' || kind === 'keyed-limiter'
}

/** @throws TypeError for a handle of another version, or one that was not passed on by structured clone */
export function checkedHandle(handle: LimitHandleData): LimitHandleData {
  if (handle.millrace === 1 && handle.memory instanceof WebAssembly.Memory) return handle
  const expected =
    'a handle of a limiter of this version of the library, passed on by `postMessage` or `workerData`'
  throw invalidValue('handle', expected, handle)
}
