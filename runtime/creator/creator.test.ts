import { join } from 'node:path'
import t from 'tap'
import { virtualClock } from '../fixtures.ts'
import { helpText, version } from './config.ts'
import { creator } from './creator.ts'

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out: string[] = []
  const said: string[] = []
  const exit = await creator({
    args,
    env,
    writeOut: (text) => void out.push(text),
    writeError: (text) => void said.push(text),
    clock: virtualClock(),
    random: () => 0.5,
    stop: new AbortController().signal,
  })
  return { exit, out: out.join(''), said: said.map((line): unknown => JSON.parse(line)) }
}

t.test('--help and --version', async (t) => {
  t.strictSame(await run(['--help']), { exit: 0, out: helpText, said: [] })
  t.strictSame(await run(['--version']), { exit: 0, out: `${version}\n`, said: [] })
})

t.test('everything that prevents the start is reported at once', async (t) => {
  const missing = join(t.testdir(), 'missing')
  const env = {
    POLICY_FILE: missing,
    KUBECONFIG: missing,
    LISTEN: 'x',
    AWS_REGION: 'not a region',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE\r\n',
  }
  t.match(await run(['serve'], env), {
    exit: 2,
    out: '',
    said: [
      {
        level: 'error',
        message: 'the creator cannot start',
        exitCode: 2,
        problems: [
          { text: /^LISTEN "x" is not an address/ },
          { text: /^POD_NAMESPACE is missing/ },
          { text: /^the argument "serve" is not known/ },
          { text: /^POLICY_FILE ".*missing": it cannot be read/ },
          { text: /^KUBECONFIG ".*missing" cannot be read/ },
          { text: /^AWS_REGION "not a region" is not a region/ },
          { text: /^AWS_ACCESS_KEY_ID ends with a line break/ },
          { text: /^AWS_SECRET_ACCESS_KEY is missing/ },
        ],
      },
    ],
  })
})

t.test('invalid content of a file is exit code 1', async (t) => {
  const folder = t.testdir({
    policy: 'kind: Other',
    kubeconfig: JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  })
  const env = {
    POLICY_FILE: join(folder, 'policy'),
    KUBECONFIG: join(folder, 'kubeconfig'),
    POD_NAMESPACE: 'kees',
    KEES_STORE: 'file:/store',
  }
  t.match(await run([], env), {
    exit: 1,
    said: [{ problems: [{ text: /it is not an object of apiVersion .* kind StoragePolicy$/ }] }],
  })
})
