export const TASK = new URL('./threads/task.mjs', import.meta.url)
