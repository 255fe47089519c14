import type { Annotation } from '../../api/pod/pod-annotations.ts'
import { itemsUnder } from '../../functions/krm/manifest-item.ts'
import { podTemplatesOf } from '../../functions/workload/pod-template.ts'
import { parseSource } from '../../functions/yaml/parse.ts'

/** The annotations of the pods of a manifest's one workload. */
export function parseManifest(text: string): { readonly annotations: readonly Annotation[] } {
  const items = (parseSource(text).value ?? []).flatMap((document) => itemsUnder(document, document.root))
  const [template] = items.flatMap((item) => podTemplatesOf(item, 'bsycorp.com', []))
  if (!template) throw new Error('the manifest has no workload')
  return { annotations: template.annotations }
}
