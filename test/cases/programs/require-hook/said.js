export const said = `LOADER ${typeof require}`
