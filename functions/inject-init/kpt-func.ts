import { toKptFunc } from '../krm/kpt-func.ts'
import { injectInit } from './inject-init.ts'

export const injectInitKptFunc = toKptFunc(injectInit)
