import type { GroupEvents } from '../groups/index.ts'

const nothing = () => {}

/** The events of a group that no supervisor has. */
export const NOBODY: GroupEvents = {
  started: nothing,
  ended: nothing,
  restarting: nothing,
  deadLettered: nothing,
  over: nothing,
  gone: nothing,
  joined: nothing,
}
