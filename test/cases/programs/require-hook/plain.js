exports.look = () => require('./work.ts').look()
