/** Kustomizations that run inject-init, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { run } from '../programs/programs.ts'
import { kustomize } from '../programs/tools.ts'

export type Files = Readonly<Record<string, string>>

export function write(t: Test, files: Files): string {
  const folder = t.testdir()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

export function build(t: Test, folder: string, ...flags: readonly string[]): string {
  const enabled = ['build', '--enable-alpha-plugins', '--enable-exec']
  const { status, stdout, stderr } = run(kustomize().path ?? '', [...enabled, ...flags, folder])
  t.equal(status, 0, stderr)
  return stdout
}

export const kustomization = (fields: object) =>
  stringify({ kind: 'Kustomization', apiVersion: 'kustomize.config.k8s.io/v1beta1', ...fields })

/** Quoted wherever kubectl would read no string. */
export const injectInit = (spec: object = {}) =>
  stringify(
    {
      apiVersion: 'kees.bsycorp.com/v1alpha1',
      kind: 'InjectInit',
      metadata: {
        name: 'inject-init',
        annotations: { 'config.kubernetes.io/function': 'exec: {path: inject-init}' },
      },
      spec,
    },
    { compat: 'yaml-1.1' },
  )
