/** Files of declarations that cannot all be there: two of one path, one inside another, or one that init writes itself. */
import { deliveryOf } from '../pod/delivery.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import { findNameDiagnostics } from './format-names.ts'
import { type InitEnv, initVariables } from '../settings/init-env.ts'
import { findFixedTexts } from './fixed-texts.ts'
import { pathsOverlap } from '../paths-overlap.ts'
import type { Composed, Declared, PodAnnotations } from '../pod/pod-annotations.ts'
import type { SecretsFormat } from '../secrets-format.ts'

type Pod = Pick<PodAnnotations, 'declared' | 'composed' | 'localMode'>

/** What the declarations of one pod leave to each other. @param format of the lines. */
export function findDeliveryDiagnostics(pod: Pod, format: SecretsFormat): AnnotationDiagnostic[] {
  const lines = deliverables(pod).filter(({ declaration }) => deliveryOf(declaration).to === 'line')
  return [
    ...findNameDiagnostics(lines, format),
    ...findPathConflicts(pod),
    ...findFixedTexts(deliverables(pod), format, pod.localMode !== undefined),
  ]
}

/** Paths that are taken by the files that init writes by its settings. */
export function findTakenPaths(
  pod: Pod,
  settings: Pick<InitEnv, 'secretsFile' | 'resourcesFile' | 'envFile' | 'notifyFile'>,
): AnnotationDiagnostic[] {
  const folder = settings.secretsFile.slice(0, settings.secretsFile.lastIndexOf('/'))
  const taken = (['secretsFile', 'resourcesFile', 'envFile', 'notifyFile'] as const)
    .map((key) => ({ env: initVariables[key].env, path: settings[key] }))
    .filter(({ path }) => path !== '')
  return fileDeliveries(pod).flatMap(({ annotation, path }): AnnotationDiagnostic[] => {
    const other = taken.find((one) => pathsOverlap(`${folder}/${path}`, one.path) !== 'none')
    if (other === undefined) return []
    const message = `file is the path that init writes by ${other.env}, or one is inside the other`
    return [pathConflict(annotation, message)]
  })
}

function findPathConflicts(pod: Pod): AnnotationDiagnostic[] {
  const diagnostics: AnnotationDiagnostic[] = []
  const files = new Map<string, string>()
  /** Of each folder, a file inside. */
  const folders = new Map<string, string>()
  for (const { annotation, path } of fileDeliveries(pod)) {
    const above = foldersOf(path)
    const same = files.get(path)
    const around = above.map((folder) => files.get(folder)).find((one) => one !== undefined)
    const inside = folders.get(path)
    if (same !== undefined)
      diagnostics.push(pathConflict(annotation, `file is the same path as that of ${same}`))
    else if (around !== undefined)
      diagnostics.push(pathConflict(annotation, `file is inside the path of ${around}, which is a file`))
    else if (inside !== undefined)
      diagnostics.push(pathConflict(annotation, `file is a folder in the path of ${inside}`))
    else {
      files.set(path, annotation)
      for (const folder of above) if (!folders.has(folder)) folders.set(folder, annotation)
    }
  }
  return diagnostics
}

function pathConflict(annotation: string, message: string): AnnotationDiagnostic {
  return { severity: 'error', code: 'CONFLICT', annotation, message, hint: 'choose another path' }
}

/** All of a pod that has a place of its own. */
function deliverables({ declared, composed }: Pod): readonly (Declared | Composed)[] {
  return [...declared, ...composed]
}

function fileDeliveries(pod: Pod): { readonly annotation: string; readonly path: string }[] {
  return deliverables(pod).flatMap(({ annotation, declaration }) => {
    const delivery = deliveryOf(declaration)
    return delivery.to === 'file' ? [{ annotation, path: delivery.path }] : []
  })
}

function foldersOf(path: string): string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'))
}
