export class Random {
  constructor(seed: number)
  next(): number
  below(bound: number): number
  once(times: number): boolean
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
}
export function randomNumbers(seed: number): (bound: number) => number
