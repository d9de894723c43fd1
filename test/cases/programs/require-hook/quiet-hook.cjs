const { extensions } = require
const own = extensions['.js']
extensions['.js'] = (module, path) => own(module, path)
