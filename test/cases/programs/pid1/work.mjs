import { setTimeout as sleep } from 'node:timers/promises'

export const long = () => sleep(600_000)

export const untilAsked = (_, { signal }) => sleep(600_000, undefined, { signal }).catch(() => {})
