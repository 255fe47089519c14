/** The reference pages that come from the programs' own tables. `UPDATE=1 node test/docs/reference.test.ts` writes them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { annotationsSchema } from './annotations-schema.ts'
import { creatorFlags } from './bundle.ts'
import { schemaAddress, schemaLine } from './schema-address.ts'
import { type AttributeDescription, nameTakers, type Taker } from '../api/declaration/attribute-entry.ts'
import { attributeTable } from '../api/declaration/attribute-table.ts'
import { knownOn } from '../api/declaration/attribute-values.ts'
import { bounds } from '../api/bounds.ts'
import { foreignAttributes } from '../api/declaration/foreign-attributes.ts'
import { podSettings } from '../api/pod/pod-settings.ts'
import { kmsKeyVariable } from '../runtime/store/kms-key-env.ts'
import { putRateVariable } from '../runtime/store/put-rate-env.ts'
import { exitCode } from '../api/exit-code.ts'
import { secretKinds } from '../api/declaration/secret-type.ts'
import { formatMeanings } from '../api/secrets-format.ts'
import type { Flags } from '../cli/flags/flags.ts'
import { reportFlags } from '../cli/report/report-flags.ts'
import { commands } from '../cli/kees.ts'
import { exportIam } from '../functions/export-iam/export-iam.ts'
import { functionApiVersion } from '../functions/krm/function-config.ts'
import { defaultOf } from '../functions/krm/function-help.ts'
import { injectInit } from '../functions/inject-init/inject-init.ts'
import type { KrmFunction } from '../functions/krm/krm-function.ts'
import { envTable as creatorEnvTable } from '../runtime/creator/config.ts'
import { eventReasons } from '../runtime/creator/claims/event-reasons.ts'
import { metricTable } from '../runtime/creator/report/metric-table.ts'
import { envTable } from '../runtime/init/config.ts'
import { refreshMetrics } from '../runtime/init/refresh/refresh-metrics.ts'

/** File names in docs/reference/ to texts. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ['annotations.md', annotationsPage()],
    ['annotations.schema.json', annotationsSchema()],
    ['inject-init.md', functionPage(injectInit, 'kees inject')],
    ['inject-init.schema.json', functionSchema(injectInit)],
    ['export-iam.md', functionPage(exportIam, 'kees export')],
    ['export-iam.schema.json', functionSchema(exportIam)],
    ['kees.md', keesPage()],
    ['init.md', initPage()],
    ['creator.md', creatorPage()],
    ['exit-codes.md', exitCodePage()],
  ])
}

/** Its text is in the page itself; the tables are made from the table of attributes. */
function annotationsPage(): string {
  const rows = Object.entries<AttributeDescription>(attributeTable).map(([name, entry]) => [
    `\`${name}\``,
    nameTakers(entry.on).join(', '),
    cell(attributeValue(entry)),
  ])
  const names = (takers: readonly Taker[]) =>
    knownOn(attributeTable, takers)
      .map((one) => `\`${one}\``)
      .join(', ')
  const foreign = [...foreignAttributes].map(([name, hint]) => [`\`${name}\``, cell(hint)])
  const settings = Object.entries(podSettings)
    .map(([name, { meaning }]) => `| \`init.<domain>/${name}\` | | ${meaning} |\n`)
    .join('')
  const limits = [
    [`${bounds.podBytes} bytes`, 'the keys and values of all annotations of the domain on one pod'],
    [String(bounds.declarations), 'declarations of one pod'],
    [`${bounds.annotationBytes} bytes`, 'the value of one annotation'],
    [String(bounds.attributes), 'attributes in one annotation'],
  ]
  return readFileSync(join(import.meta.dirname, '../docs/reference/annotations.md'), 'utf8')
    .replace(/\| limit \| .*\n(\|.*\n)*/, () => `${table(['limit', 'of'], limits)}\n`)
    .replace(/\| attribute \| hint \|\n(\|.*\n)*/, () => `${table(['attribute', 'hint'], foreign)}\n`)
    .replace(/\| attribute \| on \| .*\n(\|.*\n)*/, () => `${table(['attribute', 'on', 'value'], rows)}\n`)
    .replace(/(\| `init\.<domain>\/.*\n)+/, () => settings)
    .replace(/(?<=^\| `secret\.<domain>\/<name>` \| )[^|]*(?= \|)/m, () => names(secretKinds))
    .replace(/(?<=^\| `resource\.<domain>\/<name>` \| )[^|]*(?= \|)/m, () => names(['resource']))
    .replace(/(?<=^\| `compose\.<domain>\/<name>` \| )[^|]*(?= \|)/m, () => names(['compose']))
}

function attributeValue({
  meaning,
  on,
  required,
  requiredByTypes,
  ignoredOn,
  excludes = [],
}: AttributeDescription): string {
  const isAlways = required.length === on.length
  const rules = [
    ...(required.length === 0
      ? []
      : [isAlways ? 'Required' : `Required on ${nameTakers(required).join(', ')}`]),
    ...(requiredByTypes ? [`Required with type ${requiredByTypes.join(', ')}`] : []),
    ...(ignoredOn ? [`Accepted and ignored on ${nameTakers(ignoredOn).join(', ')}`] : []),
    ...excludes.map((one) => `Not together with \`${one}\``),
  ]
  return [meaning, ...rules].map((one) => `${one}.`).join(' ')
}

function functionPage({ name, purpose, configKind, options }: KrmFunction, command: string): string {
  const rows = Object.entries(options).map(([option, description]) => [
    `\`${option}\``,
    cell(description.takes),
    cell(defaultOf(description)),
    cell(description.meaning),
  ])
  return page(
    `# ${name}`,
    `${purpose} To do the same without kustomize or kpt, use \`${command}\`.`,
    [
      '```yaml',
      schemaLine(`${name}.schema.json`),
      `apiVersion: ${functionApiVersion}`,
      `kind: ${configKind}`,
      'metadata:',
      `  name: ${name}`,
      'spec: {} # the options below',
      '```',
    ].join('\n'),
    'You can also use a v1 ConfigMap with the options under `data`, with structured options as YAML text, or no ' +
      `functionConfig at all. An unknown option is an error. For editors, there is a [JSON Schema](${name}.schema.json), which the first line names.`,
    table(['option', 'takes', 'default', 'meaning'], rows),
  )
}

/** Of the functionConfig, for editors. */
function functionSchema({ name, configKind, options }: KrmFunction): string {
  const properties = Object.fromEntries(
    Object.entries(options).map(([option, { meaning, schema, default: byDefault }]) => [
      option,
      { description: meaning, ...schema, ...(isPlain(byDefault) ? { default: byDefault } : {}) },
    ]),
  )
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: schemaAddress(`${name}.schema.json`),
    title: `the functionConfig of ${name}`,
    type: 'object',
    properties: {
      apiVersion: { const: functionApiVersion },
      kind: { const: configKind },
      metadata: { type: 'object' },
      spec: { type: 'object', properties, additionalProperties: false },
    },
    required: ['apiVersion', 'kind'],
    additionalProperties: false,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** Of the commands; the options of the functions, which are flags too, have pages of their own. */
function keesPage(): string {
  const pages = commands.flatMap(({ name, usage, purpose, details, examples, flags }) => [
    `## kees ${name}`,
    `\`kees ${name} ${usage}\``,
    [purpose, ...(details === undefined ? [] : [details])].join(' '),
    ['```sh', ...examples.flatMap(([does, line]) => [`# ${does}`, line]), '```'].join('\n'),
    ...flagsTable(flags),
  ])
  const variables = [
    ...envTable().filter((one) => one.env.startsWith('AWS_') || /^(KEES_STORE|ALLOW_HTTP)$/.test(one.env)),
    {
      env: kmsKeyVariable.env,
      default: '',
      meaning: `${kmsKeyVariable.meaning}; for create, import and put`,
    },
    {
      env: putRateVariable.env,
      default: String(putRateVariable.default),
      meaning: `${putRateVariable.meaning}; for create and import`,
    },
  ]
  return page(
    '# kees',
    'The command line of kees, for people and pipelines. It does the same jobs as the functions, the creator and init.',
    ...pages,
    '## Flags of all commands',
    ...flagsTable(reportFlags),
    'In CI: [results for programs](../ci.md#results-for-programs).',
    '## Environment',
    '`create`, `import`, `put`, `status` and `fetch` use these variables, and the credentials that the AWS CLI would use:',
    envRows(variables),
  )
}

/** None for a command without flags. */
function flagsTable(flags: Flags): string[] {
  const rows = Object.entries(flags).map(([flag, { short, takes = '', repeatable, meaning }]) => [
    `\`--${flag}\`${short === undefined ? '' : `, \`-${short}\``}`,
    cell(takes) + (repeatable ? ', more than once' : ''),
    cell(meaning),
  ])
  return rows.length === 0 ? [] : [table(['flag', 'takes', 'meaning'], rows)]
}

type EnvRow = { readonly env: string; readonly default: string; readonly meaning: string }

function envRows(rows: readonly EnvRow[]): string {
  return table(
    ['variable', 'default', 'meaning'],
    rows.map(({ env, default: byDefault, meaning }) => [
      `\`${env}\``,
      byDefault === '' ? '' : `\`${byDefault}\``,
      cell(meaning),
    ]),
  )
}

function creatorPage(): string {
  return page(
    '# creator',
    'Watches the pods of a cluster and creates the DYNAMIC parameters that they declare and that do not exist yet. ' +
      'All settings are environment variables.',
    'The first line of the program limits the heap of Node to 294 MB, which is enough for 190,000 annotated pods. For ' +
      `more pods, start it with \`node ${creatorFlags.replace(/\d+$/, '…')} creator\`.`,
    envRows(creatorEnvTable),
    '## Events',
    'The creator records the same Event at most once an hour, on at most five pods of a template.',
    table(
      ['reason', 'type', 'meaning'],
      Object.entries(eventReasons).map(([reason, { type, meaning }]) => [
        `\`${reason}\``,
        type,
        cell(meaning),
      ]),
    ),
    '## Endpoints',
    '`/healthz` fails when the API server has sent nothing for ten minutes. `/readyz` fails until the pods are listed. ' +
      '`/metrics` serves these metrics to Prometheus:',
    table(
      ['metric', 'type', 'meaning'],
      Object.entries(metricTable).map(([name, { type, help }]) => [
        `\`kees_creator_${name}\``,
        type,
        cell(help),
      ]),
    ),
  )
}

function initPage(): string {
  return page(
    '# init',
    'Fetches the values that the annotations of the pod declare, and writes them to files, all of them or none. All ' +
      'settings are environment variables; inject-init sets those that differ from the defaults.',
    envRows(envTable()),
    '## Arguments',
    table(
      ['argument', 'meaning'],
      [
        ['', 'writes the files once and exits'],
        [
          '`--refresh DURATION`',
          'keeps running. Every DURATION (at least 1s; with many pods use minutes, because the store has a quota), init reads the ' +
            'annotations again and fetches what they declare now. If values or declarations changed, init swaps in all files at ' +
            'once, and then notifies the app. A failure leaves the files unchanged: an invalid annotation, a missing or denied ' +
            'parameter, or a pod that no longer declares anything. inject-init adds this as a native sidecar (option `refresh`).',
        ],
        [
          '`--check`',
          'exits with 0 if the files of an earlier fetch exist, even if an annotation has become invalid since; for the startup ' +
            'probe of the sidecar',
        ],
      ],
    ),
    '## Metrics',
    '`init --refresh` serves metrics at `/metrics` on the address LISTEN. The default is loopback, because all containers ' +
      'of a pod share its network.',
    table(['metric', 'type', 'meaning'], metricRows()),
    '## Formats',
    'If a format cannot represent a value, such as one that is not Unicode text, init exits with 1 and writes no file.',
    table(
      ['format', 'is', 'cannot hold'],
      Object.entries(formatMeanings).map(([format, [what, not]]) => [`\`${format}\``, what, not]),
    ),
  )
}

function metricRows(): string[][] {
  const text = refreshMetrics('', 0, () => 0).text()
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (.*)$/gm)].map(
    ([, name = '', help = '', type = '']) => [`\`${name}\``, type, cell(help)],
  )
}

const meanings: Readonly<Record<keyof typeof exitCode, string>> = {
  done: 'success',
  input:
    'the input is invalid: annotations, manifests, a workload that is not injected, a stored key pair whose parts do not match, ' +
    'a value that the format cannot hold',
  usage: 'the command line, the options or the environment are invalid, or a named path cannot be read',
  missing: 'parameters are missing',
  denied: 'access is denied',
  unreachable: 'the store was not reached in time',
  output: 'the output cannot be written',
  bug: 'a bug in kees',
}

function exitCodePage(): string {
  const rows = Object.entries(exitCode).map(([key, code]) => [
    String(code),
    Object.entries(meanings).find(([name]) => name === key)?.[1] ?? '',
  ])
  // As shells and the kubelet count signals.
  const interrupted = 'SIGINT (Ctrl-C) stopped the program'
  const stopped =
    'SIGTERM stopped the program: the pod was deleted, or the CI job was cancelled. The creator and the refresh sidecar stop with 0'
  // Not chosen by a program of kees, and often the reason why a pod does not start.
  const killed =
    'the kernel killed the program: its container exceeded its memory limit (`OOMKilled`), or it did not stop in time'
  return page(
    '# Exit codes',
    'The exit codes are the same in every program. If several apply, the first of 2, 1, 4, 5, 3 is used.',
    table(['code', 'meaning'], [...rows, ['130', interrupted], ['137', killed], ['143', stopped]]),
  )
}

function page(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<')
}
