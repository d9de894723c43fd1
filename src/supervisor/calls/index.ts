export { type RunOptions, run } from './run.ts'
export { warm } from './warm.ts'
