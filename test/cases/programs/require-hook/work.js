import { said } from './said.js'
export const look = () => said
