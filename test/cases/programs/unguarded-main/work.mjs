import './imported-main.mjs'

export default () => 'done'
