// TypeScript for this thread alone. With `--import tsx` every thread of the soak would start another for
// tsx's hooks, and of a thread that is terminated while it has one of its own Node keeps that one's port for
// ever, in the main thread (1.2 KB; Node 20, 22 and 24).
import { register } from 'tsx/esm/api'

register()
await import('./host.ts')
