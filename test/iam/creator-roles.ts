/** The Terraform module of the creator's role: what it has to be once it is applied, judged by an evaluator of IAM policies. */
import type { Test } from 'tap'
import { get, key, parameter, place, put, useKey } from './creator-module.ts'
import { complaintsOf, type IamRequest, isAllowed } from './iam-judge.ts'
import { inlinePolicyOf, trustOf } from './moto-iam.ts'
import { type Caller, letsIn } from './trust-judge.ts'

const issuer = `oidc.eks.${place.region}.amazonaws.com/id/0123456789ABCDEF`
const provider = `arn:aws:iam::${place.account}:oidc-provider/${issuer}`
const cluster = `arn:aws:eks:${place.region}:${place.account}:cluster/prod`
const node = `arn:aws:iam::${place.account}:role/nodes/worker`
const prefixes = ['/prod', '/team-a/kees']

const inside = ['/prod/a', '/prod/shop/db.password', '/prod/key_private', '/team-a/kees/x_consumer']
const outside = ['/prod', '/production/a', '/team-a/a', '/team-a/keeswho/a', '/x/prod/a', '/a_private']
const parts = ['/prod/k_private', '/prod/k_public', '/team-a/kees/t_consumer', '/prod/t_provider']
const noParts = [
  '/prod/password',
  '/prod/k_private/x',
  '/prod/privatekey',
  '/x/k_private',
  '/production/k_public',
]

const withoutKey: Judged = {
  allowed: inside.flatMap((name) => [put(name), put(name, {}), get(name)]),
  denied: [
    ...inside.flatMap((name) => [
      put(name, { 'ssm:Overwrite': 'true' }),
      put(name, { 'ssm:Overwrite': 'false', 'ssm:Policies': 'true' }),
      ...[
        'GetParameter',
        'GetParametersByPath',
        'GetParameterHistory',
        'DeleteParameter',
        'DeleteParameters',
      ].map((verb) => ({ action: `ssm:${verb}`, resource: parameter(name) })),
      ...['AddTagsToResource', 'LabelParameterVersion'].map((verb) => ({
        action: `ssm:${verb}`,
        resource: parameter(name),
      })),
    ]),
    ...outside.flatMap((name) => [put(name), put(name, {}), get(name)]),
    { action: 'ssm:PutParameter', resource: parameter('/prod/a').replace(place.region, 'us-east-1') },
    { action: 'ssm:DescribeParameters', resource: '*' },
    { action: 'iam:CreateRole', resource: `arn:aws:iam::${place.account}:role/x` },
  ],
}
const withKey: Judged = {
  allowed: [
    ...withoutKey.allowed,
    ...[...inside, ...parts].flatMap((name) => [useKey('Encrypt', name), useKey('GenerateDataKey', name)]),
    ...parts.map((name) => useKey('Decrypt', name)),
  ],
  denied: [
    ...withoutKey.denied,
    ...outside.flatMap((name) => [useKey('Encrypt', name), useKey('GenerateDataKey', name)]),
    ...noParts.map((name) => useKey('Decrypt', name)),
    ...['Encrypt', 'GenerateDataKey', 'Decrypt'].flatMap((verb) => [
      useKey(verb, '/prod/k_private', { 'kms:ViaService': `s3.${place.region}.amazonaws.com` }),
      { action: `kms:${verb}`, resource: key },
      { ...useKey(verb, '/prod/k_private'), resource: key.replace('1234abcd', '00000000') },
    ]),
    useKey('ReEncryptTo', '/prod/k_private'),
    { action: 'kms:ScheduleKeyDeletion', resource: key },
  ],
}

const account = 'system:serviceaccount:kees:kees-creator'
const irsa = (sub: string, aud = 'sts.amazonaws.com'): Caller => ({
  principal: provider,
  action: 'sts:AssumeRoleWithWebIdentity',
  context: { [`${issuer}:sub`]: sub, [`${issuer}:aud`]: aud },
})
const podIdentity = (namespace: string, serviceAccount: string, of = cluster): Caller => ({
  principal: 'pods.eks.amazonaws.com',
  action: 'sts:AssumeRole',
  context: {
    'aws:RequestTag/eks-cluster-arn': of,
    'aws:RequestTag/kubernetes-namespace': namespace,
    'aws:RequestTag/kubernetes-service-account': serviceAccount,
  },
})
const kube2iam = (principal: string): Caller => ({ principal, action: 'sts:AssumeRole' })

const trusts: readonly (readonly [
  name: string,
  hcl: string,
  letIn: readonly Caller[],
  keptOut: readonly Caller[],
])[] = [
  [
    'irsa',
    `irsa = { oidc_provider_arn = "${provider}" }`,
    [irsa(account)],
    [
      irsa('system:serviceaccount:kees:default'),
      irsa('system:serviceaccount:other:kees-creator'),
      irsa(account, 'other'),
      podIdentity('kees', 'kees-creator'),
      kube2iam(node),
    ],
  ],
  [
    'pod-identity',
    `pod_identity = { cluster_arn = "${cluster}" }`,
    [podIdentity('kees', 'kees-creator')],
    [
      podIdentity('kees', 'default'),
      podIdentity('other', 'kees-creator'),
      podIdentity('kees', 'kees-creator', cluster.replace('prod', 'dev')),
      irsa(account),
    ],
  ],
  [
    'kube2iam',
    `kube2iam = { node_role_arns = ["${node}"] }`,
    [kube2iam(node)],
    [kube2iam(`${node}2`), irsa(account)],
  ],
  [
    'both',
    `irsa = { oidc_provider_arn = "${provider}" }\n  kube2iam = { node_role_arns = ["${node}"] }`,
    [irsa(account), kube2iam(node)],
    [podIdentity('kees', 'kees-creator')],
  ],
  [
    'given',
    `assume_role_policy = jsonencode(${JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: node }, Action: 'sts:AssumeRole' }],
    })})`,
    [kube2iam(node)],
    [irsa(account)],
  ],
]

const moduleOf = (name: string, list: readonly string[], more: string) => `
module "creator-${name}" {
  source         = "./creator"
  role_name      = "creator-${name}"
  aws_region     = "${place.region}"
  aws_account_id = "${place.account}"
  prefixes       = ${JSON.stringify(list)}
  ${more}
}
`
/** A role for each way in which the creator may get it; the module is in the folder `creator`. */
export const creatorRoles = `${trusts
  .map(([name, hcl]) => moduleOf(name, prefixes, name === 'irsa' ? `${hcl}\n  kms_key_arn = "${key}"` : hcl))
  .join('')}
output "creator_role_arn" {
  value = module.creator-irsa.role_arn
}
`

/** What the roles may do, and who gets them, read back from IAM. */
export async function judgeCreatorRoles(t: Test, endpoint: string): Promise<void> {
  for (const [name, , letIn, keptOut] of trusts) {
    await t.test(`trust by ${name}`, async (t) => {
      const document = await inlinePolicyOf(endpoint, `creator-${name}`, 'create-once')
      await judge(t, [document], name === 'irsa' ? withKey : withoutKey)
      if (name !== 'irsa') t.notMatch(JSON.stringify(document), 'kms', 'no key, no right to use one')
      const trust = await trustOf(endpoint, `creator-${name}`)
      for (const caller of letIn) t.equal(await letsIn(trust, caller), true, `in: ${JSON.stringify(caller)}`)
      for (const caller of keptOut)
        t.equal(await letsIn(trust, caller), false, `out: ${JSON.stringify(caller)}`)
    })
  }
}

type Judged = { readonly allowed: readonly IamRequest[]; readonly denied: readonly IamRequest[] }

async function judge(t: Test, documents: readonly unknown[], { allowed, denied }: Judged): Promise<void> {
  for (const request of allowed) t.equal(await isAllowed(documents, request), true, JSON.stringify(request))
  for (const request of denied) t.equal(await isAllowed(documents, request), false, JSON.stringify(request))
  t.strictSame(await complaintsOf(documents, [...allowed, ...denied]), [], 'all of these are well-formed')
}
