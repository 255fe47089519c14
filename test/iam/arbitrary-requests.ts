/** What a role may ask of AWS for a parameter: near the one thing that it is granted, in every direction. */
import type { AwsTarget } from './evaluate-policies.ts'
import type { IamRequest } from './iam-judge.ts'

const action = 'ssm:GetParameters'

export function parameterArn(name: string, { partition, region, account }: AwsTarget): string {
  return `arn:${partition}:ssm:${region}:${account}:parameter${name}`
}

export function getParameters(name: string, place: AwsTarget): IamRequest {
  return { action, resource: parameterArn(name, place) }
}

/** @param name with its suffix, if the secret exists. */
export function secretArn(name: string, { partition, region, account }: AwsTarget): string {
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}`
}

export function getSecret(name: string, place: AwsTarget): IamRequest {
  return { action: 'secretsmanager:GetSecretValue', resource: secretArn(name, place) }
}

/** @param service through which KMS is called. */
export function decryptSecret(
  name: string,
  key: string,
  place: AwsTarget,
  service = 'secretsmanager',
): IamRequest {
  return {
    action: 'kms:Decrypt',
    resource: key,
    context: {
      'kms:EncryptionContext:SecretARN': secretArn(name, place),
      'kms:ViaService': `${service}.${place.region}.amazonaws.com`,
    },
  }
}

/** Names that are near to a name: of its siblings, children and ancestors, of patterns that would cover it. */
export function namesNear(name: string): string[] {
  const segments = name.slice(1).split('/')
  const ancestors = segments.map((_, index) => `/${segments.slice(0, index).join('/')}`)
  const starred = segments.map((_, index) => `/${segments.with(index, '*').join('/')}`)
  const near = [
    ...ancestors,
    ...ancestors.map((one) => `${one}/*`),
    ...starred,
    `${name}/`,
    `${name}/x`,
    `${name}x`,
    `${name}.`,
    `${name}*`,
    `/${name}`,
    `/x${name}`,
    name.slice(0, -1),
    name.slice(1),
    `${name.slice(0, -1)}?`,
    name.toUpperCase(),
    name.toLowerCase(),
    name.replaceAll('.', 'x'),
    name.replaceAll('-', '_'),
    '/*',
    '*',
    '/${aws:username}',
  ]
  return [...new Set(near)].filter((one) => one !== name)
}

/** The same parameter somewhere else. */
export function placesNear(place: AwsTarget): AwsTarget[] {
  return [
    { ...place, account: '999988887777' },
    { ...place, region: 'eu-west-3' },
    { ...place, partition: 'aws-cn' },
    { ...place, account: '*' },
    { ...place, region: '*' },
  ]
}

const otherActions = [
  ...'GetParameter GetParametersByPath GetParameterHistory PutParameter DeleteParameter DeleteParameters'.split(
    ' ',
  ),
  ...'LabelParameterVersion UnlabelParameterVersion AddTagsToResource RemoveTagsFromResource'.split(' '),
  ...'ListTagsForResource GetResourcePolicies PutResourcePolicy DeleteResourcePolicy'.split(' '),
]

/** Everything else that SSM, KMS and IAM could do with a parameter, a key or the role itself. */
export function otherRequests(name: string, place: AwsTarget): IamRequest[] {
  const { partition, region, account } = place
  const resource = parameterArn(name, place)
  const key = `arn:${partition}:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
  const context = {
    'kms:EncryptionContext:PARAMETER_ARN': resource,
    'kms:ViaService': `ssm.${region}.amazonaws.com`,
  }
  return [
    ...otherActions.map((one) => ({ action: `ssm:${one}`, resource })),
    { action: 'ssm:PutParameter', resource, context: { 'ssm:Overwrite': 'false' } },
    { action: 'ssm:DescribeParameters', resource: '*' },
    ...'Decrypt Encrypt GenerateDataKey DescribeKey'
      .split(' ')
      .map((one) => ({ action: `kms:${one}`, resource: key, ...(one === 'DescribeKey' ? {} : { context }) })),
    {
      action: 'secretsmanager:GetSecretValue',
      resource: `arn:${partition}:secretsmanager:${region}:${account}:secret:${name.slice(1)}-a1b2c3`,
    },
    { action: 'iam:AttachRolePolicy', resource: `arn:${partition}:iam::${account}:role/judged` },
    { action: 'sts:AssumeRole', resource: `arn:${partition}:iam::${account}:role/judged` },
  ]
}

export function decrypt(name: string, key: string, place: AwsTarget): IamRequest {
  return {
    action: 'kms:Decrypt',
    resource: key,
    context: { ...contextOf(name, place), ...viaSsm(place.region) },
  }
}

function contextOf(name: string, place: AwsTarget): Readonly<Record<string, string>> {
  return { 'kms:EncryptionContext:PARAMETER_ARN': parameterArn(name, place) }
}

function viaSsm(region: string): Readonly<Record<string, string>> {
  return { 'kms:ViaService': `ssm.${region}.amazonaws.com` }
}

/** Everything else that may be done with the key of a parameter that a role reads. */
export function otherUses(name: string, key: string, place: AwsTarget): IamRequest[] {
  const context = { ...contextOf(name, place), ...viaSsm(place.region) }
  const encrypting =
    'Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo'.split(' ')
  return [
    ...encrypting.map((one) => ({ action: `kms:${one}`, resource: key, context })),
    ...['DescribeKey', 'ScheduleKeyDeletion', 'PutKeyPolicy'].map((one) => ({
      action: `kms:${one}`,
      resource: key,
    })),
    { action: 'kms:Decrypt', resource: key },
    { action: 'kms:Decrypt', resource: key, context: contextOf(name, place) },
    { action: 'kms:Decrypt', resource: key, context: viaSsm(place.region) },
    { action: 'kms:Decrypt', resource: key, context: { ...contextOf(name, place), ...viaSsm('us-east-1') } },
    {
      action: 'kms:Decrypt',
      resource: key,
      context: {
        ...contextOf(name, place),
        'kms:ViaService': `secretsmanager.${place.region}.amazonaws.com`,
      },
    },
    ...placesNear(place).map((other) => ({
      action: 'kms:Decrypt',
      resource: key,
      context: { ...contextOf(name, other), ...viaSsm(place.region) },
    })),
    decrypt(name, key.replace(/key\/./, 'key/f'), place),
    decrypt(name, key.replace(':eu-west-1:', ':eu-west-3:'), place),
  ]
}
