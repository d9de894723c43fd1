// Registers TypeScript for this thread alone. With `--import tsx` every thread of the soak would start
// another thread for the hooks of tsx. Node (20, 22, 24) keeps the port of such a thread forever if its owner
// is terminated: 1.2 KB each in the main thread.
import { register } from 'tsx/esm/api'

register()
await import('./host.ts')
