import { hostFunction } from '../krm/run-function.ts'
import { injectInit } from './inject-init.ts'

void hostFunction(injectInit, process.argv.slice(2))
