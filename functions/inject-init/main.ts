import { hostFunction } from '../krm/resource-list.ts'
import { injectInit } from './inject-init.ts'

void hostFunction(injectInit, process.argv.slice(2))
