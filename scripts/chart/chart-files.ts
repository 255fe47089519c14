/** The generated files of the Helm chart: the objects that kustomize builds, with values in place of what an overlay sets. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'

const root = join(import.meta.dirname, '../..')
export const chartFolder = 'install/charts/kees-creator'

/** What must be found once. */
type Edit = readonly [found: string | RegExp, replacement: string]

/** What `kubectl kustomize` prints for the base with all components. */
type Build = string

/** Paths, relative to the root, to texts. */
export function chartFiles(built: Build): ReadonlyMap<string, string> {
  const objects = new Map(built.split(/^---\n/m).map((text) => [keyOf(text), text]))
  const templates = Object.entries(edits).map(([key, some]) => {
    const text = objects.get(key)
    if (text === undefined) throw new Error(`the base has no ${key}`)
    return [`templates/${fileOf(key)}.yaml`, remark + conditional(key, edited(key, text, some))] as const
  })
  const others = [...objects.keys()].filter((key) => !(key in edits) && key !== 'Namespace')
  if (others.length > 0) throw new Error(`the chart has no template of ${others.join(', ')}`)
  const copy = (file: string) => readFileSync(join(root, 'install/creator', file), 'utf8')
  return new Map(
    [
      ['Chart.yaml', chartYaml()] as const,
      ...templates,
      ['files/storage-policy.yaml', copy('storage-policy.yaml')] as const,
      ['files/kees.json', copy('grafana-dashboard/kees.json')] as const,
    ].map(([name, text]) => [`${chartFolder}/${name}`, text]),
  )
}

const remark = '{{- /* Made from install/creator by scripts/chart/chart-files.ts. */ -}}\n'

/** The kind, since no kind occurs twice, except ConfigMaps. */
function keyOf(text: string): string {
  const [, kind = ''] = /^kind: (\w+)$/m.exec(text) ?? []
  return kind === 'ConfigMap' && text.includes('name: kees-grafana-dashboard') ? 'dashboard' : kind
}

const fileOf = (key: string) => key.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()

function chartYaml(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return stringify(
    {
      apiVersion: 'v2',
      name: 'kees-creator',
      description: 'The creator of kees: it creates the secrets that pods declare in AWS SSM Parameter Store',
      type: 'application',
      version,
      appVersion: version,
      home: 'https://github.com/bsycorp/kees',
      sources: ['https://github.com/bsycorp/kees'],
    },
    { lineWidth: 0 },
  )
}

/** Objects that a value turns on or off. */
const conditions: Readonly<Record<string, string>> = {
  NetworkPolicy: '.Values.networkPolicy.enabled',
  Service: '.Values.serviceMonitor.enabled',
  ServiceMonitor: '.Values.serviceMonitor.enabled',
  PrometheusRule: '.Values.prometheusRule.enabled',
  dashboard: '.Values.dashboard.enabled',
}

function conditional(key: string, text: string): string {
  const condition = conditions[key]
  return condition === undefined ? text : `{{- if ${condition} }}\n${text}{{- end }}\n`
}

function edited(key: string, text: string, some: readonly Edit[]): string {
  // The JSON of the dashboard is not part of the template.
  if (key !== 'dashboard' && text.includes('{{')) throw new Error(`${key}: Helm would read {{ of the base`)
  let result = text.replaceAll(/^( *)namespace: kees$/gm, '$1namespace: {{ .Release.Namespace }}')
  for (const [found, replacement] of some) {
    const times = typeof found === 'string' ? result.split(found).length - 1 : result.match(found)?.length
    if (times !== 1) throw new Error(`${key}: the base does not have once: ${String(found)}`)
    result = result.replace(found, () => replacement)
  }
  return result
}

/** A value as YAML at an indentation, if it is not empty. @param key before it. */
function value(name: string, indent: number, key?: string): string {
  const pad = ' '.repeat(indent)
  const inner = key === undefined ? indent : indent + 2
  return [
    `${pad}{{- with .Values.${name} }}\n`,
    ...(key === undefined ? [] : [`${pad}${key}:\n`]),
    `${' '.repeat(inner)}{{- toYaml . | nindent ${inner} }}\n`,
    `${pad}{{- end }}\n`,
  ].join('')
}

/** As value, of a scalar. */
function scalar(name: string, indent: number, key: string): string {
  const pad = ' '.repeat(indent)
  return `${pad}{{- with .Values.${name} }}\n${pad}${key}: {{ . | quote }}\n${pad}{{- end }}\n`
}

function variable(name: string, from: string): string {
  return `        {{- with .Values.${from} }}
        - name: ${name}
          value: {{ . | quote }}
        {{- end }}
`
}

/** By the kind of the object. */
const edits: Readonly<Record<string, readonly Edit[]>> = {
  ServiceAccount: [['metadata:\n', `metadata:\n${value('serviceAccount.annotations', 2, 'annotations')}`]],
  Role: [],
  ClusterRole: [],
  RoleBinding: [],
  ClusterRoleBinding: [],
  ConfigMap: [
    [
      /(?<= {2}storage-policy\.yaml: \|\n)( {4}.*\n|\n)+/g,
      '    {{- include "kees-creator.storagePolicy" . | nindent 4 }}\n',
    ],
    [/(?<=name: kees-storage-policy)-\w+/g, ''],
  ],
  Deployment: [
    ['  replicas: 2\n', '  replicas: {{ .Values.replicas }}\n'],
    // First, as where an overlay adds them.
    [
      '      - env:\n',
      `      - env:\n${variable('AWS_REGION', 'region')}${variable('KMS_KEY_ID', 'kmsKeyId')}`,
    ],
    [
      '    metadata:\n      labels:\n        app.kubernetes.io/name: kees-creator\n',
      `    metadata:
      annotations:
        checksum/storage-policy: {{ include "kees-creator.storagePolicy" . | sha256sum }}
${value('podAnnotations', 8)}      labels:
        app.kubernetes.io/name: kees-creator
${value('podLabels', 8)}`,
    ],
    [
      '          value: /policy/storage-policy.yaml\n',
      `          value: /policy/storage-policy.yaml
${value('env', 8)}`,
    ],
    [
      / {8}image: .*\n/g,
      `        image: {{ include "kees-creator.image" . | quote }}\n${scalar('image.pullPolicy', 8, 'imagePullPolicy')}`,
    ],
    [/(?<= {8}resources:\n)( {10}.*\n)+/g, '          {{- toYaml .Values.resources | nindent 10 }}\n'],
    [
      /(?<=^ {6}securityContext:\n)( {8}.*\n)+/gm,
      '        {{- toYaml .Values.podSecurityContext | nindent 8 }}\n',
    ],
    [
      '      serviceAccountName: kees-creator\n',
      `      serviceAccountName: kees-creator
${scalar('priorityClassName', 6, 'priorityClassName')}${['imagePullSecrets', 'nodeSelector', 'tolerations', 'affinity'].map((name) => value(name, 6, name)).join('')}`,
    ],
    ['          readOnly: true\n', `          readOnly: true\n${value('volumeMounts', 8)}`],
    [
      / {10}name: kees-storage-policy-\w+\n {8}name: policy\n/g,
      `          name: kees-storage-policy\n        name: policy\n${value('volumes', 6)}`,
    ],
  ],
  PodDisruptionBudget: [],
  NetworkPolicy: [
    [
      / {2}ingress:\n( {2}- .*\n| {4}.*\n)+/g,
      `  {{- if .Values.serviceMonitor.enabled }}
  ingress:
  - ports:
    - port: http
      protocol: TCP
  {{- end }}
`,
    ],
  ],
  Service: [],
  ServiceMonitor: [[/(?<=^metadata:\n {2}labels:\n {4}.*\n)/gm, value('serviceMonitor.labels', 4)]],
  PrometheusRule: [[/(?<=^metadata:\n {2}labels:\n {4}.*\n)/gm, value('prometheusRule.labels', 4)]],
  dashboard: [
    [
      /(?<= {2}kees\.json: \|\n)( {4}.*\n|\n)+/g,
      '    {{- .Files.Get "files/kees.json" | trimSuffix "\\n" | nindent 4 }}\n',
    ],
    [/(?<=^ {2}labels:\n( {4}.*\n)+)/gm, value('dashboard.labels', 4)],
  ],
}
