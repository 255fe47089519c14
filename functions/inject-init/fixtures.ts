import { applyEdits } from '../yaml/apply-edits.ts'
import { itemsUnder, type ManifestItem } from '../krm/manifest-item.ts'
import { parseSource } from '../yaml/parse.ts'
import type { InjectConfig } from './options/inject-config.ts'
import { injectItems } from './inject-init.ts'

/** A Deployment; tests replace `# more` by further annotations. */
export const twoContainers = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    metadata:
      annotations:
        secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
        # more
    spec:
      containers:
        - name: app
        - name: proxy
`

/** The mount that each container gets. */
export const secretMount = `          volumeMounts:
            - mountPath: /secret
              name: secret-volume
              readOnly: true
`

/** The objects of a manifest. */
export function itemsIn(text: string): ManifestItem[] {
  const { value: documents, diagnostics } = parseSource(text)
  if (diagnostics !== undefined) throw new Error(diagnostics[0]?.message)
  return documents.flatMap((document) => itemsUnder(document, document.root))
}

/** Injects the objects of a manifest. Throws the first error. */
export function injectText(text: string, config: InjectConfig): string {
  const { edited, results } = injectItems(itemsIn(text), config)
  const [error] = results.filter(({ severity }) => severity === 'error')
  if (error) throw new Error(error.message)
  const edits = edited.flatMap((one) => one.edits)
  return applyEdits(text, edits)
}

/** Turns the declaration of arbitrary-manifest.ts into an annotation that kees ignores. */
export function undeclare(text: string): string {
  return text.replace('secret.bsycorp.com/db.password', 'example.com/db.password')
}
