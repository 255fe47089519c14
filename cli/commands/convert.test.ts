/** Inputs of the shapes that public repositories have, and what is printed of each. */
import { join } from 'node:path'
import t from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const store = (name: string, provider: string, kind = 'SecretStore') =>
  `apiVersion: external-secrets.io/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {provider: {${provider}}}\n---\n`
// A region is a warning of its own: tested apart.
const parameters = store('aws', 'aws: {service: ParameterStore}')
const secrets = store('aws', 'aws: {service: SecretsManager}', 'ClusterSecretStore')
const external = (spec: string, name = 'app') =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}}\nspec:\n  refreshInterval: 1h\n${spec}`
const ofStore = '  secretStoreRef: {name: aws, kind: SecretStore}\n'
const ofCluster = '  secretStoreRef: {name: aws, kind: ClusterSecretStore}\n'
const driver = (objects: string, more = '', provider = 'aws') =>
  `apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: app}\nspec:\n  provider: ${provider}\n` +
  `  parameters:\n    objects: |\n${objects.replaceAll(/^/gm, '      ')}\n${more}`
const deployment = (container: string, more = '', annotations = '{}') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  template:\n    metadata: {annotations: ${annotations}}\n    spec:\n` +
  `      containers:\n        - {name: app, image: example/app:1.0, ${container}}\n        - {name: proxy, image: example/proxy:1.0}\n${more}`
const variable = (name: string, key: string, secret = 'app') =>
  `{name: ${name}, valueFrom: {secretKeyRef: {name: ${secret}, key: ${key}}}}`

type Case = {
  readonly title: string
  readonly input: string
  readonly app?: string
  readonly flags?: readonly string[]
  readonly exit?: number
  /** Without the comment, and without what each annotation begins with. */
  readonly printed?: readonly string[]
  readonly said?: RegExp
}

const eso: Case[] = [
  {
    title: 'parameters by their full names',
    input: `${parameters}${external(`${ofStore}  data:\n    - {secretKey: db.password, remoteRef: {key: /prod/db/password}}\n    - {secretKey: url, remoteRef: {key: url}}\n`)}`,
    printed: ['db.password: storageKey=prod/db/password', 'url:'],
  },
  {
    title: 'members of a JSON secret of Secrets Manager',
    input: `${secrets}${external(`${ofCluster}  data:\n    - {secretKey: user, remoteRef: {key: prod/db, property: username}}\n    - {secretKey: host, remoteRef: {key: prod/db, property: primary.host}}\n`)}`,
    printed: [
      'user: from=secretsmanager,storageKey=prod/db,jsonKey=username',
      'host: from=secretsmanager,storageKey=prod/db,jsonKey=/primary/host',
    ],
    said: /warning: ExternalSecret\/app spec\.data\[1\] \("host"\): property "primary\.host" is read as a path: if it is the name/m,
  },
  {
    title: 'certificates in base64, by names with a dot',
    input: `${secrets}${external(`${ofCluster}  data:\n    - {secretKey: tls.crt, remoteRef: {key: cert, property: tls.crt, decodingStrategy: Base64}}\n`)}`,
    printed: ['tls.crt: from=secretsmanager,storageKey=cert,jsonKey=tls.crt,decode=base64'],
    said: /read as the name of one member/,
  },
  {
    title: 'versions and stages',
    input: `${secrets}${parameters.replace('name: aws', 'name: ssm')}${external(
      `${ofCluster}  data:\n    - {secretKey: a, remoteRef: {key: a, version: AWSPREVIOUS}}\n    - {secretKey: b, remoteRef: {key: b, version: uuid/12345678-1234-1234-1234-123456789012}}\n` +
        '    - {secretKey: c, remoteRef: {key: /c, version: "3"}, sourceRef: {storeRef: {name: ssm}}}\n',
    )}`,
    printed: [
      'a: from=secretsmanager,storageKey=a,label=AWSPREVIOUS',
      'b: from=secretsmanager,storageKey=b,version=12345678-1234-1234-1234-123456789012',
      'c: version=3',
    ],
  },
  {
    title: 'a prefix of the store',
    input: `${store('aws', 'aws: {service: ParameterStore, prefix: /shop/}')}${external(`${ofStore}  data:\n    - {secretKey: a, remoteRef: {key: a}}\n`)}`,
    printed: ['a: storageKey=shop/a'],
  },
  {
    title: 'variables of the workload, one of them twice, below its storage-prefix',
    input: `${parameters}${external(`${ofStore}  target: {name: app-env}\n  data:\n    - {secretKey: pw, remoteRef: {key: /prod/pw}}\n    - {secretKey: other, remoteRef: {key: /prod/other}}\n`)}`,
    app: deployment(
      `env: [${variable('PASSWORD', 'pw', 'app-env')}, ${variable('PGPASSWORD', 'pw', 'app-env')}]`,
      '',
      '{init.bsycorp.com/storage-prefix: /prod}',
    ),
    printed: [
      'pw: env=PASSWORD,containers=app',
      'pw.PGPASSWORD: storageKey=pw,env=PGPASSWORD,containers=app',
    ],
    said: /warning: ExternalSecret\/app no workload of the manifests uses "other"\n/m,
  },
  {
    title: 'all keys by envFrom',
    input: `${parameters}${external(`${ofStore}  data:\n    - {secretKey: APP_KEY, remoteRef: {key: /app/key}}\n    - {secretKey: DB_PASSWORD, remoteRef: {key: /app/db}}\n`)}`,
    app: deployment('envFrom: [{prefix: X_, secretRef: {name: app}}]'),
    printed: [
      'APP_KEY: storageKey=app/key,env=X_APP_KEY,containers=app',
      'DB_PASSWORD: storageKey=app/db,env=X_DB_PASSWORD,containers=app',
    ],
  },
  {
    title: 'a Secret that is mounted',
    input: `${parameters}${external(`${ofStore}  data:\n    - {secretKey: tls.key, remoteRef: {key: /app/key}}\n`)}`,
    app: deployment(
      'volumeMounts: [{name: tls, mountPath: /etc/tls}]',
      '      volumes: [{name: tls, secret: {secretName: app}}]\n',
    ),
    printed: ['tls.key: storageKey=app/key,file=tls.key'],
    said: /warning: Deployment\/app the files of Secret "app" get other paths/,
  },
  {
    title: 'what cannot be carried over, all at once, beside what can',
    input: `${parameters}${store('vault', 'vault: {server: x}')}${external(
      `${ofStore}  target: {template: {data: {url: "{{ .a }}"}}}\n  dataFrom: [{find: {name: {regexp: .*}}}]\n  data:\n    - {secretKey: a, remoteRef: {key: /a}}\n` +
        '    - {secretKey: b, remoteRef: {key: b}, sourceRef: {storeRef: {name: vault}}}\n    - {secretKey: c, remoteRef: {key: c}, sourceRef: {storeRef: {name: gone}}}\n' +
        '    - {secretKey: d, remoteRef: {key: d, property: "users.#(name==x)"}}\n    - {secretKey: e, remoteRef: {key: e, metadataPolicy: Fetch}}\n' +
        '    - {secretKey: f, remoteRef: {key: f, decodingStrategy: Auto}}\n    - {secretKey: _g, remoteRef: {key: g}}\n    - {secretKey: h, remoteRef: {key: "arn:aws:ssm:x"}}\n' +
        '    - {secretKey: i, sourceRef: {generatorRef: {kind: Password, name: p}}}\n    - {remoteRef: {key: j}}\n',
    )}`,
    exit: 1,
    printed: ['a:'],
    said: /dataFrom[^]*target\.template[^]*"b"\): SecretStore "vault" is of vault[^]*"c"\): SecretStore "gone" is not among the files\n {2}hint: also name the file of the SecretStore\n[^]*"d"\): property[^]*"e"\): metadataPolicy[^]*"f"\): decodingStrategy[^]*"h"\): .*ARN[^]*"i"\): sourceRef\.generatorRef[^]*data\[9\]: secretKey is missing[^]*error: ExternalSecret\/app spec\.data\[6\] \("_g"\): annotation secret\.bsycorp\.com\/_g: /,
  },
  {
    title: 'a parameter outside the storage-prefix of the workload',
    input: `${parameters}${external(`${ofStore}  data:\n    - {secretKey: a, remoteRef: {key: /other/a}}\n`)}`,
    app: deployment(`env: [${variable('A', 'a')}]`, '', '{init.bsycorp.com/storage-prefix: /prod/}'),
    exit: 1,
    printed: [],
    said: /error: Deployment\/app ExternalSecret\/app spec\.data\[0\] \("a"\): parameter \/other\/a is not below the storage-prefix \/prod\n {2}hint: copy it/,
  },
]

const dataOfA = '  data:\n    - {secretKey: a, remoteRef: {key: /a}}\n'
const inNamespace = (namespace: string, text: string) =>
  text.replaceAll(/metadata: \{name: (\w+)\}/g, `metadata: {name: $1, namespace: ${namespace}}`)

eso.push(
  {
    title: 'stores and workloads of the own namespace only',
    input: [
      inNamespace('dev', store('aws', 'aws: {service: ParameterStore, prefix: /dev/}')),
      inNamespace('prod', store('aws', 'aws: {service: ParameterStore, prefix: /prod/}')),
      `${inNamespace('prod', external(`${ofStore}  data:\n    - {secretKey: a, remoteRef: {key: a}}\n`))}---\n`,
      inNamespace('dev', external(`${ofStore}  data:\n    - {secretKey: a, remoteRef: {key: a}}\n`)),
    ].join(''),
    app: inNamespace('prod', deployment(`env: [${variable('A', 'a')}]`)),
    printed: ['a: storageKey=prod/a,env=A,containers=app'],
    said: /^\S+ warning: ExternalSecret\/dev\/app no workload of the manifests in namespace "dev" uses "a"\n/,
  },
  {
    title: 'a SecretStore of another namespace',
    input: `${inNamespace('dev', parameters)}${external(`${ofStore}${dataOfA}`)}`,
    exit: 1,
    printed: [],
    said: /spec\.data\[0\] \("a"\): SecretStore "aws" is not in the namespace of the ExternalSecret: its namespace is "dev"\n {2}hint: also name the file of the SecretStore of this namespace, or set --namespace/,
  },
  {
    title: 'objects without a namespace are in that of --namespace',
    input: `${inNamespace('dev', parameters)}${external(`${ofStore}${dataOfA}`)}`,
    app: inNamespace('dev', deployment(`env: [${variable('A', 'a')}]`)),
    flags: ['--namespace', 'dev'],
    printed: ['a: env=A,containers=app'],
  },
  {
    title: 'a ClusterExternalSecret by its externalSecretName, in the namespaces that it lists',
    input: `${secrets}apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: everywhere}\nspec:\n  externalSecretName: app\n  namespaces: [prod]\n  externalSecretSpec:\n    secretStoreRef: {name: aws, kind: ClusterSecretStore}\n    data: [{secretKey: a, remoteRef: {key: a}}]\n`,
    app: `${inNamespace('prod', deployment(`env: [${variable('A', 'a')}]`))}---\n${inNamespace('dev', deployment(`env: [${variable('B', 'a')}]`))}`,
    printed: ['a: from=secretsmanager,storageKey=a,env=A,containers=app'],
  },
  {
    title: 'the region of a store: a warning',
    input: `${store('aws', 'aws: {service: ParameterStore, region: eu-west-1}')}${external(`${ofStore}${dataOfA}`)}`,
    printed: ['a:'],
    said: /^\S+ warning: SecretStore\/aws spec\.provider\.aws\.region is "eu-west-1": kees reads the region of the pods\n {2}hint: check/,
  },
  {
    title: 'the region of a store with --strict: an error',
    input: `${store('aws', 'aws: {service: ParameterStore, region: eu-west-1}')}${external(`${ofStore}${dataOfA}`)}`,
    flags: ['--strict'],
    exit: 1,
    printed: ['a:'],
    said: /error: SecretStore\/aws spec\.provider\.aws\.region/,
  },
  {
    title: 'a role, keys and two regions of stores: errors',
    input: `${store('aws', 'aws: {service: ParameterStore, region: eu-west-1, role: "arn:aws:iam::111122223333:role/x", externalID: x, auth: {secretRef: {}}}')}${store('other', 'aws: {service: ParameterStore, region: us-east-1}')}${external(`${ofStore}${dataOfA}    - {secretKey: b, remoteRef: {key: /b}, sourceRef: {storeRef: {name: other}}}\n`)}`,
    exit: 1,
    printed: ['a:', 'b:'],
    said: /SecretStore\/aws spec\.provider\.aws\.role cannot[^]*aws\.externalID cannot[^]*aws\.auth\.secretRef cannot[^]*error: SecretStore\/aws .*region is "eu-west-1"[^]*error: SecretStore\/other .*region is "us-east-1"/,
  },
  {
    title: 'every problem of one entry',
    input: external(
      `${ofStore}  data:\n    - {secretKey: a, remoteRef: {key: "arn:aws:ssm:x", property: "b[0]", later: 1, decodingStrategy: Auto, metadataPolicy: Fetch}}\n`,
    ),
    exit: 1,
    printed: [],
    said: /SecretStore "aws" is not among[^]*remoteRef\.later cannot[^]*is an ARN[^]*metadataPolicy[^]*property "b\[0\]"[^]*decodingStrategy Auto/,
  },
  {
    title: 'optional variables and files',
    input: `${parameters}${external(`${ofStore}${dataOfA}    - {secretKey: b, remoteRef: {key: /b}}\n`)}`,
    app: deployment(
      'env: [{name: A, valueFrom: {secretKeyRef: {name: app, key: a, optional: true}}}]',
      '      volumes: [{name: s, secret: {secretName: app, optional: true, items: [{key: b, path: b}]}}]\n',
    ),
    printed: ['a: env=A,containers=app,optional=true', 'b: file=b,optional=true'],
    said: /the files of Secret "app"/,
  },
  {
    title: 'an optional variable of Secrets Manager',
    input: `${secrets}${external(`${ofCluster}${dataOfA}`)}`,
    app: deployment('envFrom: [{secretRef: {name: app, optional: true}}]'),
    exit: 1,
    printed: ['a: from=secretsmanager,storageKey=/a,env=a,containers=app'],
    said: /error: Deployment\/app ExternalSecret\/app spec\.data\[0\] \("a"\): optional of "a" cannot be carried over/,
  },
  {
    title: 'items of a volume: their paths and modes, and no other keys',
    input: `${parameters}${external(`${ofStore}${dataOfA}    - {secretKey: b, remoteRef: {key: /b}}\n    - {secretKey: c, remoteRef: {key: /c}}\n`)}`,
    app: deployment(
      '',
      '      volumes:\n        - {name: s, secret: {secretName: app, defaultMode: 0440, items: [{key: a, path: x/a.txt, mode: 256}, {key: a, path: y.txt}]}}\n' +
        '        - {name: p, projected: {defaultMode: 0644, sources: [{secret: {name: app, items: [{key: b, path: b.txt}]}}]}}\n',
    ),
    printed: ['a: file=x/a.txt,mode=0400', 'a.y.txt: storageKey=a,file=y.txt,mode=0440', 'b: file=b.txt'],
    said: /the files of Secret "app"[^]*no workload of the manifests uses "c"/,
  },
)

const csi: readonly Case[] = [
  {
    title: 'pathTranslation and filePermission',
    input: driver(
      '- {objectName: /db/user, objectType: ssmparameter}\n- {objectName: /key, objectType: ssmparameter, objectAlias: tls/key.pem, filePermission: "0440"}\n- {objectName: t, objectType: ssmparameter, filePermission: "0600"}',
      '    pathTranslation: "False"\n',
    ),
    printed: [
      'db_user: storageKey=db/user,file=db/user',
      'tls_key.pem: storageKey=key,file=tls/key.pem,mode=0440',
      't: file=t,mode=0600',
    ],
  },
  {
    title: 'a key of secretObjects by the translated name of the file',
    input: driver(
      '- {objectName: /db/user, objectType: ssmparameter}\n- {objectName: c, objectType: ssmparameter, objectAlias: conf/app.json}',
      '  secretObjects:\n    - {secretName: db, data: [{objectName: _db_user, key: u}]}\n',
    ),
    app: deployment(`env: [${variable('DB_USER', 'u', 'db')}]`),
    printed: ['db_user: storageKey=db/user,env=DB_USER,containers=app'],
    said: /uses "conf_app\.json"/,
  },
  {
    title: 'a key of secretObjects for the whole of an object with jmesPath',
    input: driver(
      '- {objectName: db, objectType: secretsmanager, jmesPath: [{path: user, objectAlias: user}]}',
      '  secretObjects:\n    - {secretName: db, data: [{objectName: db, key: all}]}\n',
    ),
    app: deployment(`env: [${variable('DB', 'all', 'db')}]`),
    printed: ['db: from=secretsmanager,storageKey=db,env=DB,containers=app'],
    said: /no workload of the manifests uses "user"/,
  },
  {
    title: 'workloads of another namespace that mount a class of this name',
    input: driver('- {objectName: /a, objectType: ssmparameter}'),
    app: inNamespace(
      'dev',
      deployment(
        '',
        '      volumes: [{name: s, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: app}}}]\n',
      ),
    ),
    printed: [],
    said: /warning: SecretProviderClass\/app no workload of the manifests uses "a"/,
  },

  {
    title: 'parameters and secrets, with aliases',
    input: driver(
      '- objectName: /prod/db/password\n  objectType: ssmparameter\n- objectName: prod/api\n  objectType: secretsmanager\n  objectAlias: api.json\n  objectVersionLabel: AWSPREVIOUS',
    ),
    printed: [
      'prod_db_password: storageKey=prod/db/password',
      'api.json: from=secretsmanager,storageKey=prod/api,label=AWSPREVIOUS,file=api.json',
    ],
  },
  {
    title: 'members by jmesPath, and variables from secretObjects',
    input: driver(
      '- objectName: prod/db\n  objectType: secretsmanager\n  jmesPath:\n    - {path: username, objectAlias: user}\n    - {path: \'"pass-word"\', objectAlias: password}',
      '  secretObjects:\n    - secretName: db\n      type: Opaque\n      data: [{objectName: user, key: u}, {objectName: password, key: p}]\n',
    ),
    app: deployment(
      `env: [${variable('DB_USER', 'u', 'db')}]`,
      '      volumes: [{name: s, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: app}}}]\n',
    ),
    printed: [
      'user: from=secretsmanager,storageKey=prod/db,jsonKey=username,env=DB_USER,containers=app',
      'password: from=secretsmanager,storageKey=prod/db,jsonKey=pass-word',
    ],
    said: /warning: Deployment\/app the files of SecretProviderClass "app" get other paths[^]*remove the volume of the SecretProviderClass\n/,
  },
  {
    title: 'what cannot be carried over of the driver',
    input: driver(
      '- objectName: a\n  objectType: secretsmanager\n  failoverObject: {objectName: b}\n- objectName: c\n  objectType: ssmparameter\n  jmesPath: [{path: "d[*].e", objectAlias: f}]\n- objectName: "arn:aws:ssm:eu-west-1:1:parameter/x"\n- objectName: "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"\n  failoverObject: {objectName: b}\n  filePermission: 0640\n- objectName: g\n- {}',
      '    region: eu-central-1\n    failoverRegion: eu-west-1\n',
    ),
    exit: 1,
    printed: [],
    said: /parameters\.region cannot[^]*failoverRegion cannot[^]*objects\[0\] \("a"\): failoverObject[^]*objects\[1\] \("c"\): jmesPath "d\[\*\]\.e"[^]*objects\[2\] .* is an ARN[^]*objects\[3\] .* is an ARN[^]*objects\[3\] .*: failoverObject[^]*objects\[3\] .*: filePermission must be a string[^]*objects\[4\] \("g"\): objectType[^]*objects\[5\]: objectName is missing/,
  },
  {
    title: 'fields that kees does not know',
    input: driver(
      '- {objectName: a, objectType: ssmparameter, objectTemplate: x}\n- {objectName: b, objectType: ssmparameter, jmesPath: [{path: c, objectAlias: c, later: 1}, {path: d, objectAlias: d}]}',
      '    usePodIdentity: "true"\n    later: x\n',
    ),
    exit: 1,
    printed: ['d: storageKey=b,jsonKey=d'],
    said: /spec\.parameters\.later cannot[^]*objects\[0\] \("a"\): objectTemplate cannot[^]*objects\[1\] \("b"\): jmesPath\.later cannot/,
  },
  {
    title: 'a pathTranslation that the driver refuses',
    input: driver('- {objectName: /db/user, objectType: ssmparameter}', '    pathTranslation: "--"\n'),
    exit: 1,
    printed: ['db_user: storageKey=db/user'],
    said: /spec\.parameters\.pathTranslation must be False or one character/,
  },
  {
    title: 'another provider',
    input: driver('array: []', '', 'azure'),
    exit: 1,
    printed: [],
    said: /spec\.provider is "azure", not aws\n {2}hint: leave it/,
  },
]

for (const [from, cases] of [
  ['externalsecret', eso],
  ['secretproviderclass', csi],
] as const)
  for (const { title, input, app, flags = [], exit = 0, printed = [], said = /^$/ } of cases)
    t.test(`${from}: ${title}`, async (t) => {
      const folder = t.testdir({ 'in.yaml': input, 'app.yaml': app ?? '' })
      const io = fakeIo()
      const manifests = app === undefined ? [] : ['-f', join(folder, 'app.yaml')]
      t.equal(
        await kees(['convert', '--from', from, join(folder, 'in.yaml'), ...manifests, ...flags], io),
        exit,
        io.said(),
      )
      const lines = io
        .printed()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
      const shown = lines.map((line) =>
        line
          .replace(/^secret\.bsycorp\.com\//, '')
          .replace(/"?kind=REFERENCE,type=TEXT,?/, '')
          .replace(/"$/, '')
          .trimEnd(),
      )
      t.strictSame(shown, printed)
      t.match(io.said(), said)
    })

for (const [title, args, exit, said] of [
  ['no tool', ['x.yaml'], 2, /flag --from is missing/],
  ['a tool that is none', ['--from', 'vault', 'x.yaml'], 2, /flag --from "vault" must be one of[^]*x\.yaml/],
  ['no files', ['--from', 'externalsecret'], 2, /the files are missing/],
  [
    'files of something else',
    ['--from', 'externalsecret', 'app.yaml'],
    1,
    /there is no ExternalSecret in the files/,
  ],
] as const)
  t.test(`${title}: an error`, async (t) => {
    const folder = t.testdir({ 'app.yaml': deployment('') })
    const io = fakeIo()
    t.equal(
      await kees(['convert', ...args.map((one) => (one.endsWith('.yaml') ? join(folder, one) : one))], io),
      exit,
    )
    t.match(io.said(), said)
    t.equal(io.printed(), '')
  })
