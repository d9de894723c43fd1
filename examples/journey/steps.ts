/** The steps in their order. The program of a step is a file of this folder; `args` are its arguments. */
export interface Step {
  readonly title: string
  readonly program: string
  readonly args?: readonly string[]
}

export const STEPS: readonly Step[] = [
  { title: 'The shared buffer', program: '01-shared-buffer.ts' },
  { title: 'An if in place of while', program: '02-if-for-while.ts' },
  { title: 'Flow control, made visible', program: '03-flow-control.ts' },
  { title: 'The queue', program: '04-queue.ts' },
  { title: 'Timeouts', program: '05-timeouts.ts' },
  { title: 'taskDone and join', program: '06-task-done-and-join.ts' },
  { title: 'Priorities', program: '07-priorities.ts' },
  { title: 'The scraper', program: '../scraper.ts', args: ['--demo'] },
  { title: 'Principle: separation of concerns', program: '09-separation-of-concerns.ts' },
  { title: 'Principle: flow control', program: '10-rates.ts' },
  { title: 'Principle: scalability', program: '11-scalability.ts' },
  { title: 'Principle: resilience', program: '12-resilience.ts' },
  { title: 'Pitfall: taskDone forgotten', program: '13-forgotten-task-done.ts' },
  { title: 'Pitfall: waiting for ever', program: '14-waiting-for-ever.ts' },
  { title: 'Pitfall: resources that leak', program: '15-leaks.ts' },
  { title: 'Pitfall: deadlock of full queues', program: '16-deadlock-of-full-queues.ts' },
  { title: 'Pitfall: deadlock of opposite orders', program: '17-deadlock-of-orders.ts' },
]
