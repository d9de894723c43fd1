// TypeScript declares waitAsync only in lib ES2024, and Node 20's types do not declare it.
type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
) => { async: false; value: string } | { async: true; value: Promise<string> }

export const waitAsync = (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync
