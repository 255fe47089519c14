import t from 'tap'
import { itemsUnder } from '../../krm/manifest-item.ts'
import { messageLines } from '../../krm/result.ts'
import { podTemplatesOf } from '../../workload/pod-template.ts'
import { parseSource } from '../../yaml/parse.ts'
import { misplacedRoles, misspeltRoles } from './role-annotations.ts'

const arn = '"arn:aws:iam::111122223333:role/app"'

function itemOf(text: string) {
  const [document] = parseSource(text).value ?? []
  const [item] = document ? itemsUnder(document, document.root) : []
  if (!item) throw new Error('no object')
  return item
}

t.test('an annotation of a ServiceAccount that is nearly that of the role', async (t) => {
  const read = (keys: string) =>
    misspeltRoles(
      itemOf(`apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, annotations: {${keys}}}\n`),
    ).map((one) => messageLines(one).join(' | '))
  for (const key of [
    'eks.amazonaws.com/role_arn',
    'eks.amazonaws.com/roleArn',
    'eks.amazonaws.com/role',
    'eks.amazonaws.com/role-arm',
    'eks.amazonaws.com/role-name',
    'eks.amazonaws.com/arn',
    'eks.amazonaws.com/iam-role',
    'eks.amazonaws.com/iam-role-arn',
    'eks.amazonaws.com.cn/role-arn',
    'eks.amazonws.com/role-arn',
    'eks.amazon.com/role-arn',
    'eks.aws.amazon.com/role-arn',
    'eks.aws/role-arn',
    'amazonaws.com/role-arn',
    'aws.amazon.com/role-arn',
    'sts.amazonaws.com/role-arn',
    'iam.amazonaws.com/role-arn',
    'iam.amazonaws.com/role',
  ])
    t.strictSame(
      read(`${key}: ${arn}`),
      [
        `ServiceAccount/app annotation ${key}: is not known to EKS, so the ServiceAccount has no role | hint: did you mean "eks.amazonaws.com/role-arn"?`,
      ],
      key,
    )
  for (const key of [
    'eks.amazonaws.com/role-arn',
    'eks.amazonaws.com/audience',
    'eks.amazonaws.com/sts-regional-endpoints',
    'eks.amazonaws.com/token-expiration',
    'iam.amazonaws.com/external-id',
    'example.com/role-arn',
    'weeks.example.com/role',
    'role-arn',
  ])
    t.strictSame(read(`${key}: ${arn}`), [], key)
  t.strictSame(
    read(`eks.amazonaws.com/role-arn: ${arn}, eks.amazonaws.com/iam-role-arn: ${arn}`),
    [],
    'beside the right one',
  )
})

t.test('an annotation of a workload that names a role', async (t) => {
  const read = (onObject: string, onTemplate: string) => {
    const item = itemOf(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, annotations: {${onObject}}}\nspec: {template: {metadata: {annotations: {${onTemplate}}}, spec: {}}}\n`,
    )
    return podTemplatesOf(item, 'bsycorp.com', []).flatMap((one) =>
      misplacedRoles(item, one, 'app').map((result) => messageLines(result).join(' | ')),
    )
  }
  const hint =
    'hint: for EKS, set eks.amazonaws.com/role-arn on ServiceAccount app; for kube2iam, iam.amazonaws.com/role on the pod template'
  for (const key of [
    'eks.amazonaws.com/role-arn',
    'eks.amazonaws.com/iam-role-arn',
    'iam.amazonaws.com/roles',
  ])
    t.strictSame(
      read('', `${key}: ${arn}`),
      [
        `Deployment/x annotation ${key}: is not read on a pod template, so it gives the pods no role | ${hint}`,
      ],
      key,
    )
  t.strictSame(
    read('', `iam.amazonaws.com/role: ${arn}, iam.amazonaws.com/external-id: a`),
    [],
    'of kube2iam',
  )
  for (const key of ['eks.amazonaws.com/role-arn', 'iam.amazonaws.com/role'])
    t.strictSame(
      read(`${key}: ${arn}`, ''),
      [
        `Deployment/x annotation ${key}: is not read in the metadata of the Deployment itself, so it gives the pods no role | ${hint}`,
      ],
      key,
    )
  t.strictSame(
    read(`iam.amazonaws.com/role: ${arn}`, `iam.amazonaws.com/role: ${arn}`),
    [],
    'that a tool put everywhere',
  )
})

t.test('the annotation on a pod, whose metadata is that of the template', async (t) => {
  const item = itemOf(
    `apiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {eks.amazonaws.com/role-arn: ${arn}}}\nspec: {}\n`,
  )
  const [template] = podTemplatesOf(item, 'bsycorp.com', [])
  t.equal(template && misplacedRoles(item, template, 'default').length, 1, 'is named once')
})
