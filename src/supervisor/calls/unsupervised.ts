import type { GroupEvents, GroupPlan } from '../groups/index.ts'

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

/** The parts of a plan that are equal for all such groups. */
export const PLAIN: Omit<GroupPlan, 'task' | 'args' | 'roleOf' | 'restart' | 'grace'> = {
  role: 'spawn',
  inputs: [],
  outputs: [],
  closes: [],
  calls: undefined,
  blamesItems: false,
  noRestart: undefined,
  resourceLimits: undefined,
  reuse: true,
  share: 0,
  setup: undefined,
  teardown: undefined,
}
