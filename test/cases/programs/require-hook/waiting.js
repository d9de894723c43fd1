export const look = () => 'waited'
await undefined
