type Value = string | string[]
interface Args {
  readonly faults: ReadonlyMap<string, { kind: string; times: number; after: number; slot: number }>
  readonly counters: Int32Array
  readonly keyed: readonly { how: string; depth: number }[]
}
interface Ways {
  exit(): never
  hang(): never
}

export const TOTAL: number
export const OVERLAPS: number
export const STAGES: number
export const WORDS: number
export class Death extends Error {}
export class Hang extends Error {}
export function textOf(value: Value): string
export function keyOf(value: Value): number
export function placeOf(how: string, value: Value): string
export function callNow(how: string, value: Value, args: Args, ways: Ways): unknown
export function callLater(how: string, value: Value, args: Args, ways: Ways): Promise<unknown>
export function streamNow(value: Value, args: Args, ways: Ways): Generator<string>
export function streamLater(value: Value, args: Args, ways: Ways): AsyncGenerator<string>
