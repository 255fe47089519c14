/** kees audit and kees verify --applied against the IAM and the Parameter Store of moto. */
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runBeside } from '../programs/run-beside.ts'
import { run } from '../programs/programs.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { callIam } from './moto-iam.ts'

t.setTimeout(900_000)

const account = '123456789012'
const arn = (name: string) => `arn:aws:ssm:eu-west-1:${account}:parameter${name}`
const policy = (...names: readonly string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: names.map(arn) }],
  })
const workload = (name: string, role: string, ...secrets: readonly string[]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: {
        labels: { app: name },
        annotations: {
          'iam.amazonaws.com/role': role,
          ...Object.fromEntries(
            secrets.map((one) => [`secret.bsycorp.com/${one}`, 'kind=REFERENCE,type=PASSWORD']),
          ),
        },
      },
      spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
    },
  },
})

/** No manifest names its role. */
const ofPodIdentity = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', namespace: 'shop' },
  spec: {
    selector: { matchLabels: { app: 'app' } },
    template: {
      metadata: {
        labels: { app: 'app' },
        annotations: {
          'secret.bsycorp.com/a': 'kind=REFERENCE,type=PASSWORD',
          'secret.bsycorp.com/b': 'kind=REFERENCE,type=PASSWORD',
        },
      },
      spec: { serviceAccountName: 'app', containers: [{ name: 'app', image: 'example/app:1.0' }] },
    },
  },
}

t.test('roles of moto', { skip: motoMissing }, async (t) => {
  const moto = await startMoto()
  t.teardown(() => moto.stop())
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    AWS_ENDPOINT_URL: moto.endpoint,
    KEES_STORE: 'ssm',
  }
  const iam = (Action: string, more: Readonly<Record<string, string>>) =>
    callIam(moto.endpoint, { Action, ...more })
  const makePolicy = async (PolicyName: string, PolicyDocument: string) => {
    const answer = await iam('CreatePolicy', { PolicyName, PolicyDocument })
    return /<Arn>([^<]+)<\/Arn>/.exec(answer)?.[1] ?? ''
  }
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] })
  const boundary = await makePolicy('boundary', policy('/a'))
  for (const RoleName of ['good', 'inline', 'wide', 'bounded', 'bare'])
    await iam('CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: trust,
      ...(RoleName === 'bounded' ? { PermissionsBoundary: boundary } : {}),
    })
  const attach = async (RoleName: string, document: string) =>
    iam('AttachRolePolicy', { RoleName, PolicyArn: await makePolicy(`of-${RoleName}`, document) })
  await attach('good', policy('/a', '/b'))
  await iam('PutRolePolicy', { RoleName: 'inline', PolicyName: 'own', PolicyDocument: policy('/a', '/b') })
  await attach('wide', policy('/*'))
  await attach('bounded', policy('/a', '/b'))
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new SSMClient({ endpoint: moto.endpoint, region: 'eu-west-1', credentials })
  t.teardown(() => client.destroy())
  for (const Name of ['/a', '/b'])
    await client.send(new PutParameterCommand({ Name, Value: 'fakepassword', Type: 'SecureString' }))

  const roles = ['good', 'inline', 'wide', 'bounded', 'bare', 'absent']
  const list = (...names: readonly string[]) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: names.map((role) => workload(role, role, 'a', 'b')),
    })
  const injected = (...names: readonly string[]) => {
    const { stdout, stderr, status } = run('kees', ['inject', '-f', '-'], { input: list(...names) })
    t.equal(status, 0, stderr)
    return stdout
  }
  const record = (roleName: string, names: readonly string[]) => ({
    eventTime: '2026-01-02T03:04:05Z',
    eventSource: 'ssm.amazonaws.com',
    eventName: 'GetParameters',
    awsRegion: 'eu-west-1',
    recipientAccountId: account,
    userIdentity: { type: 'AssumedRole', arn: `arn:aws:sts::${account}:assumed-role/${roleName}/session` },
    requestParameters: { names, withDecryption: true },
  })
  const folder = t.testdir({
    'all.yaml': injected(...roles),
    'good.yaml': injected('good', 'inline', 'wide'),
    'other.json': JSON.stringify({ Records: [{ ...record('good', ['/a']), awsRegion: 'us-east-1' }] }),
    'trail.json': JSON.stringify({ Records: [record('good', ['/a', '/b']), record('inline', ['/a'])] }),
  })
  const manifest = join(folder, 'all.yaml')
  const exported = run('kees', ['export', '-f', manifest, '--out', join(folder, 'module')])
  t.equal(exported.status, 0, exported.stderr)

  await t.test('audit finds what is missing, too wide and unused', async (t) => {
    const args = [
      'audit',
      '-f',
      manifest,
      '--iam',
      join(folder, 'module'),
      '--applied',
      '--trail',
      join(folder, 'trail.json'),
    ]
    const { stdout, stderr, status } = await runBeside('kees', [...args, '-o', 'json'], { env })
    t.equal(status, 0, stderr)
    type Row = { who: string; name: string; findings: string[]; module?: string; stored?: string }
    const rows: readonly Row[] = JSON.parse(stdout)
    const found = rows.filter(({ findings }) => findings.length > 0)
    t.strictSame(
      found.map(({ who, name, findings }) => `${who} ${name}: ${findings.join(', ')}`),
      [
        'absent /a: the role lacks it, unused',
        'absent /b: the role lacks it, unused',
        'bare /a: the role lacks it, unused',
        'bare /b: the role lacks it, unused',
        'bounded /a: unused',
        'bounded /b: the role lacks it, unused',
        'inline /b: unused',
        'wide /a: unused',
        'wide /b: unused',
        `wide ${arn('/*')}: too wide`,
      ],
    )
    t.ok(rows.filter(({ module }) => module !== undefined).every(({ module }) => module === 'granted'))
    t.equal((await runBeside('kees', [...args, '--exit-code'], { env })).status, 1)
    const other = await runBeside('kees', [...args.slice(0, -1), join(folder, 'other.json')], { env })
    t.match(
      other.stderr,
      /warning: no event of --trail is of account \d+ and region eu-west-1: they are of \d+ us-east-1/,
    )
    t.notMatch(stderr, /no event of --trail/)
    const table = await runBeside('kees', args, { env })
    t.match(table.stdout, /^WHO +NAME +MODULE +APPLIED +STORED +USED +FINDING +DECLARED BY$/m)
    t.match(
      table.stdout,
      /^good +\/a +granted +allowed +exists +2026-01-02T03:04:05\.000Z +ok +Deployment\/shop\/good$/m,
    )
    t.match(table.stdout, /^Not seen: service control policies/m)
    const markdown = await runBeside('kees', [...args, '--format', 'markdown'], { env })
    t.match(
      markdown.stdout,
      /^\| who \| name \| module \| applied \| stored \| used \| finding \| declared by \|$/m,
    )
    t.notMatch(stdout + table.stdout + markdown.stdout, 'fakepassword')
  })

  await t.test('without a finding, --exit-code is 0', async (t) => {
    const args = ['audit', '-f', join(folder, 'good.yaml'), '--exit-code']
    const { stdout, stderr, status } = await runBeside('kees', args, { env })
    t.equal(status, 0, stdout + stderr)
  })

  await t.test('verify --applied fails for the roles that lack a right', async (t) => {
    const { stderr, status } = await runBeside('kees', ['verify', '-f', manifest, '--applied'], { env })
    t.equal(status, 1)
    t.strictSame(
      stderr.split('\n').filter((line) => line.startsWith('error')),
      [
        'error: role absent may not read /a, /b',
        'error: role bare may not read /a, /b',
        'error: role bounded may not read /b',
      ],
      stderr,
    )
    const good = await runBeside('kees', ['verify', '-f', join(folder, 'good.yaml'), '--applied', '--pass'], {
      env,
    })
    t.equal(good.status, 0, good.stderr)
    t.match(good.stdout, 'kind')
  })

  await t.test('doctor names the roles that lack a right', async (t) => {
    const { stdout, status } = await runBeside('kees', ['doctor', '--no-cluster', '-f', manifest], { env })
    t.equal(status, 4, stdout)
    for (const line of [
      /^role +error +absent may not read \/a, \/b\n +hint: apply the Terraform module/m,
      /^role +error +bounded may not read \/b$/m,
      /^role +ok +good may read all 2 names$/m,
      /^role +ok +inline may read all 2 names$/m,
    ])
      t.match(stdout, line)
  })

  await t.test('a workload whose role is not known is not checked, and does not pass', async (t) => {
    const { stdout: input } = run('kees', ['inject', '-f', '-'], { input: JSON.stringify(ofPodIdentity) })
    const verify = await runBeside('kees', ['verify', '-f', '-', '--applied', '--pass'], { env, input })
    t.strictSame([verify.status, verify.stdout], [1, ''])
    t.match(
      verify.stderr,
      /^error: Deployment\/shop\/app: not checked: its role is not known\n +hint: .*option roles/m,
    )
    const audit = await runBeside('kees', ['audit', '-f', '-', '--applied', '--exit-code'], { env, input })
    t.equal(audit.status, 1, audit.stderr)
    t.match(audit.stdout, /^Deployment\/shop\/app +\/a +not checked +exists +not checked +/m)
    const doctor = await runBeside('kees', ['doctor', '--no-cluster', '-f', '-'], { env, input })
    t.match(
      doctor.stdout,
      /^role +warning +Deployment\/shop\/app: not checked: its role is not known\n +hint: .*option roles/m,
    )
  })

  await t.test('doctor, verify and audit take roles and keys from the same file', async (t) => {
    const roleOf = (role: string) => ({ namespace: 'shop', serviceAccount: 'app', role })
    const key = `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
    const file = (name: string, spec: object) =>
      writeFileSync(
        join(folder, name),
        JSON.stringify({ apiVersion: 'kees.bsycorp.com/v1alpha1', kind: 'ExportIAM', spec }),
      )
    // What is of the module that export writes is not of doctor.
    file('bare.yaml', { roles: [roleOf('bare')], format: 'json', region: 'eu-west-1', account })
    file('good-with.yaml', { roles: [roleOf('good')] })
    file('key.yaml', { roles: [roleOf('good')], kmsKeys: [{ prefix: '/', arn: key }] })
    const { stdout: input } = run('kees', ['inject', '-f', '-'], { input: JSON.stringify(ofPodIdentity) })
    for (const [config, role, line] of [
      ['bare.yaml', 'bare', /^role +error +bare may not read \/a, \/b$/m],
      ['key.yaml', 'good', /^role +error +good may not read \/a, \/b$/m],
      ['good-with.yaml', undefined, /^role +ok +good may read all 2 names$/m],
    ] as const) {
      const given = ['-f', '-', '--config', join(folder, config)]
      const [doctor, verify, audit] = await Promise.all([
        runBeside('kees', ['doctor', '--no-cluster', ...given], { env, input }),
        runBeside('kees', ['verify', '--applied', ...given], { env, input }),
        runBeside('kees', ['audit', '--applied', '--exit-code', ...given], { env, input }),
      ])
      t.match(doctor.stdout, line, config)
      t.strictSame(
        [doctor.status, verify.status, audit.status],
        role === undefined ? [0, 0, 0] : [4, 1, 1],
        doctor.stderr + verify.stderr + audit.stderr,
      )
      if (role !== undefined) t.match(verify.stderr, `error: role ${role} may not read /a, /b`)
      if (role !== undefined) t.match(audit.stdout, 'the role lacks it')
    }
  })

  await t.test('a module that lacks a name, and has another', async (t) => {
    const old = run('kees', ['inject', '-f', '-'], {
      input: JSON.stringify(workload('good', 'good', 'a', 'c')),
    })
    const exportedOld = run('kees', ['export', '-f', '-', '--out', join(folder, 'old')], {
      input: old.stdout,
    })
    t.equal(exportedOld.status, 0, exportedOld.stderr)
    const input = injected('good')
    const { stdout } = await runBeside('kees', ['audit', '-f', '-', '--iam', join(folder, 'old')], {
      env,
      input,
    })
    t.match(stdout, /^good +\/b +not granted +exists +not in the module /m)
    t.match(stdout, /^good +\/c +granted +not declared/m)
  })
})
