// Preloaded into a run of start-cached.cjs: writes at its end what V8 has compiled of the program, to the file CODE_CACHE.
const { writeFileSync } = require('node:fs')
const vm = require('node:vm')

const { CODE_CACHE = '' } = process.env
/** @type {vm.Script | undefined} */
let made
vm.Script = class extends vm.Script {
  /** @param {ConstructorParameters<typeof vm.Script>} args */
  constructor(...args) {
    super(...args)
    made = this
  }
}
process.on('exit', () => {
  if (made !== undefined) writeFileSync(CODE_CACHE, made.createCachedData())
})
