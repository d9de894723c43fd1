/**
 * The entries of this thread's ledger, as private memory knows them: which hold nothing, which were fetched
 * ahead, and in which order the others were taken. Entries that are used together lie in runs, one behind the
 * other, since an operation on several takes a run.
 */

export { EntriesInOrder } from './entries-in-order.ts'
export { FetchedAhead } from './fetched-ahead.ts'
export { FreeEntries } from './free-entries.ts'
