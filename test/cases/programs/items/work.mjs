export const returnsQueue = ({ shelf }) => shelf
export const returnsNested = ({ shelf }) => ({ deep: [{ shelf }] })
export const returnsMap = ({ shelf }) => new Map([['shelf', shelf]])
export const returnsHandle = ({ shelf }) => shelf.handle
export function* yieldsQueue({ shelf }) {
  yield { shelf }
}
