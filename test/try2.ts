import { CONFIGURATIONS } from './schedules/configurations/index.ts'
import { run } from './schedules/scenario.ts'
import { MUTANTS } from './mutants/mutants.ts'
const c = CONFIGURATIONS.find(({ name }) => name.startsWith('what comes back at the end'))!
const faults = MUTANTS.find(({ name }) => name.includes('clears the mark'))!.faults
for (const f of [faults, []]) for (const maxsize of [1]) {
  const t = performance.now()
  try { console.log(await run({ ...c.scenario, maxsize, faults: f }, { preemptions: 2, kills: 1, states: 12_000_000 })) } catch (e) { console.log((e as Error).message.split('\n')[0]) }
  console.log(f.length, Math.round(performance.now() - t))
}
