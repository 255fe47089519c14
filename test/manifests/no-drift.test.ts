/** For all declarations, the names that init fetches, that the policy allows and that are created are the same. */
import * as fc from 'fast-check'
import t from 'tap'
import { stringify } from 'yaml'
import { formatAnnotationsFile, parseAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { storagePrefix } from '../../api/declaration/arbitrary-declaration.ts'
import { composition, shapedDeclaration } from '../../api/declaration/arbitrary-shape.ts'
import { defaultAnnotationDomain } from '../../api/declaration/annotation-domain.ts'
import { isInSecretsManager } from '../../api/declaration/declaration.ts'
import { groupOf } from '../../api/declaration/group.ts'
import { formatPodAnnotations, isDynamic, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { parseExportConfig } from '../../functions/export-iam/options/config.ts'
import { exportItems } from '../../functions/export-iam/export-items.ts'
import { itemsUnder } from '../../functions/krm/manifest-item.ts'
import { parseSource } from '../../functions/yaml/parse.ts'
import { parseWorkloadConfig } from '../../functions/workload/workload-options.ts'
import { readWorkloads } from '../../functions/workload/workload.ts'

/** In any shape, and compositions of them. */
const declarations = fc
  .uniqueArray(shapedDeclaration, { selector: ({ name }) => name, minLength: 1, maxLength: 8 })
  .chain((stored) => {
    const names = stored.map(({ name }) => name)
    return fc
      .array(composition(fc.constantFrom(...names)), { maxLength: 1 })
      .map((composed) => [...stored, ...composed.filter(({ name }) => !names.includes(name))])
  })

t.test('the names of init, of the policy and of the creator', async (t) => {
  let compared = 0
  const { config: exportConfig } = parseExportConfig({ given: [{ name: 'allowUninjected', value: true }] })
  fc.assert(
    fc.property(declarations, storagePrefix, (declared, prefix) => {
      const annotations = formatPodAnnotations(declared, prefix, {}, defaultAnnotationDomain)
      const manifest = stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'app',
          annotations: { ...Object.fromEntries(annotations), 'iam.amazonaws.com/role': 'app' },
        },
        spec: { containers: [{ name: 'app' }] },
      })
      const { value: documents } = parseSource(manifest)
      // Characters that YAML does not allow, such as U+FFFF, which stringify writes as they are.
      if (documents === undefined) return
      const items = documents.flatMap((one) => itemsUnder(one, one.root))
      const { grants, files } = exportItems(items, exportConfig)
      // Two declarations that contradict each other are refused everywhere; a policy too large for IAM is one of export's.
      if (files.size === 0) return
      compared++
      const granted = grants.flatMap(({ parameters }) => parameters).toSorted()
      const grantedSecrets = grants.flatMap(({ secrets }) => secrets).toSorted()
      // As runtime/init/files/read-declared.ts reads what the kubelet writes.
      const file = parseAnnotationsFile(formatAnnotationsFile(annotations))
      const read = parsePodAnnotations(file.annotations, defaultAnnotationDomain)
      const asked = (isSecret: boolean) => {
        const some = read.declared.filter((one) => isInSecretsManager(one.declaration) === isSecret)
        return [...new Set(some.map(({ parameter }) => parameter))].toSorted()
      }
      t.strictSame(asked(false), granted, 'init requests only what the policy allows')
      t.strictSame(asked(true), grantedSecrets, 'of Secrets Manager too')
      const { workloads } = readWorkloads(items, parseWorkloadConfig({ given: [] }).config)
      const dynamic = workloads.flatMap(({ pod }) => pod.declared).filter(isDynamic)
      const made = new Set(
        dynamic.flatMap((one) =>
          groupOf(one.declaration, one.parameter).parts.map(({ parameter }) => parameter),
        ),
      )
      t.ok(
        dynamic.every(({ parameter }) => made.has(parameter) && granted.includes(parameter)),
        'what is made is what is asked for',
      )
    }),
    { numRuns: 300 },
  )
  t.ok(compared > 150, `${compared} were compared`)
})
