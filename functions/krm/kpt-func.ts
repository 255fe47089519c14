/**
 * A function as a `KptFunc` of the package kpt-functions, for programs that compose functions in TypeScript. Of the package
 * only types are used: it has its own standard input and output, which lose comments and objects of one name, and
 * replaces the console when it is loaded (docs/adr/0003).
 */
import type { Configs, KptFunc, KubernetesObject, Result } from 'kpt-functions'
import type { KrmFunction } from './krm-function.ts'
import { functionHelp } from './function-help.ts'
import { runFunction } from './run-function.ts'

/** What the function finds becomes results of the Configs; with an error among them, the objects stay as they were. */
export function toKptFunc(krmFunction: KrmFunction): KptFunc {
  const kptFunc = async (configs: Configs): Promise<void> => {
    const functionConfig = configs.getFunctionConfig()
    const list = {
      apiVersion: 'config.kubernetes.io/v1',
      kind: 'ResourceList',
      items: configs.getAll(),
      ...(functionConfig === undefined ? {} : { functionConfig }),
    }
    const { stdout } = runFunction(krmFunction, JSON.stringify(list))
    const output: ResourceList = JSON.parse(stdout)
    configs.deleteAll()
    configs.insert(...output.items)
    const { results = [] } = output
    if (results.length > 0) configs.addResults(...results.map(toResult))
  }
  return Object.assign(kptFunc, { usage: functionHelp(krmFunction) })
}

/** As runFunction prints it. */
type ResourceList = {
  readonly items: KubernetesObject[]
  readonly results?: readonly (Omit<Result, 'severity'> & { readonly severity: 'error' | 'warning' })[]
}

/** The package spells one severity in its own way. */
function toResult({ severity, ...rest }: NonNullable<ResourceList['results']>[number]): Result {
  return { ...rest, severity: severity === 'warning' ? 'warn' : severity }
}
