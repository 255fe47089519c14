/**
 * The programs of others that tests run. What is missing is named in the form that `.ci/run` checks: it fails where
 * a test was skipped for a command that the machine has.
 */
import { findCommand, findTerraformAwsPlugins } from '../../scripts/tools/installed.ts'
import {
  cachedActionlint,
  cachedContainerd,
  cachedHelm,
  cachedHelm4,
  cachedKubeRouter,
  cachedKustomize,
  cachedKwok,
  cachedKwokStages,
  cachedOpenTofu,
  cachedPromtool,
  cachedRunc,
} from '../../scripts/tools/tool-cache.ts'

export type Tool =
  | { readonly path: string; readonly missing?: undefined }
  /** For tap's `skip`. */
  | { readonly path?: undefined; readonly missing: string }

/** The version that the tests are written for wherever Go can bring it; else the machine's. */
export function kustomize(): Tool {
  const path = findCommand('go') === undefined ? findCommand('kustomize') : cachedKustomize()
  return path === undefined ? { missing: 'needs the commands kustomize or go' } : { path }
}

export function helm(): Tool {
  const path = findCommand('go') === undefined ? findCommand('helm') : cachedHelm()
  return path === undefined ? { missing: 'needs the commands helm or go' } : { path }
}

export function actionlint(): Tool {
  const path = findCommand('go') === undefined ? findCommand('actionlint') : cachedActionlint()
  return path === undefined ? { missing: 'needs the commands actionlint or go' } : { path }
}

/** Built by `npm run test:long` alone. */
export function promtool(): Tool {
  const path = findCommand('go') === undefined ? findCommand('promtool') : cachedPromtool()
  return path === undefined ? { missing: 'needs the commands promtool or go' } : { path }
}

/** Built by `npm run test:long` alone. */
export function helm4(): Tool {
  const path = cachedHelm4()
  return path === undefined ? { missing: 'needs the command go' } : { path }
}

/** Built by `npm run test:node:long` alone. */
export function kubeRouter(): Tool {
  if (findCommand('ipset') === undefined) return { missing: 'needs the command ipset' }
  const path = cachedKubeRouter()
  return path === undefined ? { missing: 'needs the command go' } : { path }
}

/** Folders of programs for a node whose pods have user namespaces. Built by `npm run test:node:long` alone. */
export function userNamespaces(): { readonly folders: readonly string[]; readonly missing?: string } {
  const [containerd, runc] = [cachedContainerd(), cachedRunc()]
  return containerd === undefined || runc === undefined
    ? { folders: [], missing: 'needs the command go' }
    : { folders: [containerd, runc] }
}

/** Built by `npm run test:node:long` alone. */
export function kwok(): Tool {
  const path = cachedKwok()
  return path === undefined || cachedKwokStages() === undefined
    ? { missing: 'needs the command go' }
    : { path }
}

export function kubectl(): Tool {
  return command('kubectl')
}

export function kpt(): Tool {
  return command('kpt')
}

export function terraform(): Tool {
  return command('terraform')
}

/** OpenTofu: of the machine, or built by `npm run test:long`. */
export function tofu(): Tool {
  const path = findCommand('tofu') ?? cachedOpenTofu()
  return path === undefined ? { missing: 'needs the commands tofu or go' } : { path }
}

/** The path is the folder for `terraform init -plugin-dir=…`. */
export function terraformAwsPluginDir(): Tool {
  const path = findTerraformAwsPlugins()
  return path === undefined ? { missing: 'needs the terraform provider hashicorp/aws' } : { path }
}

export function java(): Tool {
  return command('java')
}

/** For a program that soon ends: without the optimising compiler and parallel garbage collection, it takes half of the processor time. */
export const shortJava = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const

export function git(): Tool {
  return command('git')
}

/** The environment for a run of terraform that depends on nothing of the machine but the program. */
export function terraformEnv(): NodeJS.ProcessEnv {
  return { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', TF_CLI_CONFIG_FILE: '/dev/null' }
}

export function command(name: string): Tool {
  const path = findCommand(name)
  return path === undefined ? { missing: `needs the command ${name}` } : { path }
}
