/** A script that runs a program of an image as that image does, prints its version, and before it whether V8 rejects the code cache. */
export const reportCache = (start: string): string => `
  const vm = require('node:vm')
  vm.Script = class extends vm.Script {
    constructor(...args) {
      super(...args)
      console.log('rejected', this.cachedDataRejected)
    }
  }
  process.argv = [process.execPath, '${start}', '--version']
  require('${start}')`
