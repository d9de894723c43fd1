import { isMillraceThread, Supervisor } from 'millrace'

export const work = () => isMillraceThread
if (!isMillraceThread) {
  console.log(
    await new Supervisor().spawn({ filename: import.meta.url, name: 'work' }).join(),
    isMillraceThread,
  )
}
