import { setTimeout as sleep } from 'node:timers/promises'

export default () => sleep(2000)
