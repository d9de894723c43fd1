const unreadable = {
  get() {
    throw new Error('not to be read')
  },
}
export const code = () => {
  throw Object.defineProperty(new Error('no code'), 'code', unreadable)
}
export const revoked = () => {
  const { proxy, revoke } = Proxy.revocable(new Error('gone'), {})
  revoke()
  throw proxy
}
export const prototype = () => {
  throw new Proxy(new Error('no class'), { getPrototypeOf: unreadable.get })
}
