import { isTaskSource, openSource } from './ends/index.ts'
import type { OpenSource, RunHooks } from './flow.ts'
import { openThreadSource } from './thread-source.ts'

/** Opens a source of any kind, one on threads too. */
export function openAny(source: unknown, hooks: RunHooks, frames: string): OpenSource {
  return isTaskSource(source) ? openThreadSource(source, hooks, frames) : openSource(source, hooks)
}
