import { exitCode } from '../../api/exit-code.ts'
import type { FunctionInput, FunctionOutput, KrmFunction } from '../krm-function.ts'
import type { Finding } from '../krm-result.ts'
import { annotationsOf, type ManifestItem } from '../manifest-item.ts'
import { replaceValue } from '../source-edit.ts'
import { ownEntry, toValue, type Value } from '../source-value.ts'
import { type ExportConfig, exportOptions, parseExportConfig } from './config.ts'
import { exportItems, type ExportOutput } from './export-items.ts'

/** Tells our ConfigMap from the user's, so that a re-run finds and refreshes it. */
export const markerAnnotation = 'kees.bsycorp.com/generated-by'
const marker = 'export-iam'

export const exportIam: KrmFunction = {
  name: 'export-iam',
  purpose:
    'Emits the Terraform module that lets each role read exactly the parameters that its workloads declare.',
  options: exportOptions,
  configKind: 'ExportIAM',
  run: (input) => {
    const { config, problems } = parseExportConfig(input.config.given, input.config.parseYaml)
    const refused = config.output === 'only' && input.orchestrator === 'kpt'
    const usage = refused
      ? [
          ...problems,
          'option output is "only", and kpt deletes the user\'s files of dropped items: use append',
        ]
      : problems
    if (usage.length > 0)
      return { findings: usage.map((message) => finding('error', message, exitCode.usage)) }
    return emit(input, config, exportItems(input.items, config))
  },
}

function emit(
  input: FunctionInput,
  config: ExportConfig,
  { findings, grants, files }: ExportOutput,
): FunctionOutput {
  if (files.size === 0) return { findings }
  const data = Object.fromEntries(files)
  if (config.output === 'only') {
    return { findings, generated: { object: configMap(config.name, {}, data), only: true } }
  }
  if (input.orchestrator === 'kustomize') {
    const message =
      'output "append" emits nothing under kustomize, which drops local-config objects: pipe the build into kees ' +
      'export, or use output "only" in a kustomization of its own around the outermost overlay'
    return { findings: [...findings, finding(config.strict ? 'error' : 'warning', message, exitCode.usage)] }
  }
  const existing = input.items.find((item) => isOurs(item, config.name))
  if (existing) return { findings, edited: [{ item: existing, edits: refresh(existing, data) }] }
  if (grants.length === 0) return { findings }
  const annotations = {
    'config.kubernetes.io/local-config': 'true',
    'internal.config.kubernetes.io/path': 'terraform.yaml',
  }
  return { findings, generated: { object: configMap(config.name, annotations, data), only: false } }
}

function isOurs(item: ManifestItem, name: string): boolean {
  const { apiVersion, kind } = item.object
  if (apiVersion !== 'v1' || kind !== 'ConfigMap' || item.object.name !== name) return false
  return annotationsOf(item).get(markerAnnotation) === marker
}

function refresh({ document, root }: ManifestItem, data: { readonly [name: string]: string }) {
  const entry = ownEntry(root, 'data')
  if (!entry) return []
  const current = toValue(entry.value)
  return JSON.stringify(current) === JSON.stringify(data)
    ? []
    : replaceValue(document, root, entry, data, 'compact')
}

function configMap(
  name: string,
  annotations: { readonly [key: string]: string },
  data: { readonly [name: string]: string },
): Value {
  const metadata = { name, annotations: { ...annotations, [markerAnnotation]: marker } }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
}

function finding(severity: Finding['severity'], message: string, exit: Finding['exit']): Finding {
  return { severity, message, exit }
}
