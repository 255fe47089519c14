/** One server of a control plane: a process that ends with this one, however that ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findCommand } from '../../scripts/tools/installed.ts'
import { cachedKubernetes, controlPlaneAssets } from '../../scripts/tools/tool-cache.ts'
import { endsWithInput } from './ends-with-input.ts'
import { unrefChild } from './unref-child.ts'

export type PartName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager'

export type Part = {
  readonly name: PartName
  readonly running: () => boolean
  /** The end of its output. */
  readonly said: () => string
  readonly stop: () => Promise<void>
  /** Until `stop`, it no longer keeps this process running, with which it ends. */
  readonly unref: () => void
}

/** @param folder its working directory, with its output. */
export function startPart(name: PartName, args: readonly string[], folder: string): Part {
  const [program, ...first] = commandOf(name)
  const log = join(folder, `${name}.log`)
  const output = openSync(log, 'w')
  const child = spawn(program, [...first, ...args], { stdio: ['pipe', output, output], cwd: folder })
  closeSync(output)
  const ended = once(child, 'close')
  return {
    name,
    running: () => child.exitCode === null && child.signalCode === null,
    said: () => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n'),
    stop: async () => {
      // It ends at once: what it would still write is deleted anyway.
      child.ref()
      child.stdin?.end()
      await ended
    },
    unref: () => unrefChild(child),
  }
}

/** On the PATH too: the folders that envtest fills have no controller manager. */
export function findAsset(assets: string, name: PartName): string | undefined {
  return findCommand(name, [assets, process.env['PATH'] ?? ''].join(delimiter))
}

function commandOf(name: PartName): [string, ...string[]] {
  const assets = controlPlaneAssets()
  if (assets === undefined) {
    const program = cachedKubernetes()
    if (program === undefined)
      throw new Error('the control plane is not installed yet: run "npm run fetch-tools"')
    return [program, name]
  }
  const program = findAsset(assets, name)
  if (program === undefined) {
    throw new Error(`there is no ${name} in KUBEBUILDER_ASSETS, "${assets}", nor on the PATH`)
  }
  // What our own program does itself.
  return ['sh', '-c', endsWithInput, name, program]
}
