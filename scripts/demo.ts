/**
 * `npm run demo`: the whole path on a laptop, from the annotated manifest to the file that the app reads. The embedded
 * file store replaces SSM; everything else is what users run.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { formatAnnotationsFile } from '../api/pod/annotations-file.ts'
import { parseManifest } from './demo/manifest.ts'
import { maskValues } from './demo/mask-values.ts'

const root = join(import.meta.dirname, '..')
const demo = mkdtempSync(join(tmpdir(), 'kees-demo-'))
const store = `file:${demo}/store`
const env = {
  ...process.env,
  PATH: join(root, 'dist') + delimiter + process.env['PATH'],
  DEMO: demo,
  KEES_STORE: store,
}
const coloured = process.stdout.isTTY && !process.env['NO_COLOR']
const quickstart = 'kustomize-examples/quickstart'
const shown = new Set<string>()

function title(text: string): void {
  const line = `== ${text}`
  process.stdout.write(`\n${coloured ? `\u001b[1m${line}\u001b[0m` : line}\n`)
}

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
}

/** Prints a shell command, runs it, and prints its standard error, each line once in the demo. */
function run(command: string, more: Readonly<Record<string, string>> = {}): string {
  print(`$ ${command}`)
  const { stdout, stderr, status } = spawnSync('sh', ['-c', command], {
    cwd: root,
    env: { ...env, ...more },
    encoding: 'utf8',
  })
  for (const line of stderr.split('\n').filter((one) => one !== '')) {
    // The same warning in another file is not shown again.
    const message = line.replace(/^\S+:\d+:\d+: /, '')
    if (!shown.has(message)) print(line)
    shown.add(message)
  }
  if (status !== 0) throw new Error(`the command ended with exit code ${status}`)
  return stdout
}

function diff(before: string, after: string): string {
  const colour = coloured ? '--color=always' : '--color=never'
  const args = ['diff', '--no-index', '--no-ext-diff', '-U2', colour, before, after]
  const { stdout } = spawnSync('git', args, { cwd: demo, encoding: 'utf8' })
  return stdout.replace(/^.*\n.*index .*\n/, '').replaceAll(demo, '')
}

function demonstrate(): void {
  const kustomize = spawnSync('kustomize', ['version']).status === 0
  const build = kustomize
    ? `kustomize build --enable-alpha-plugins --enable-exec ${quickstart}`
    : `kees inject -f ${quickstart}/app.yaml`
  print(
    'The whole path from annotations to the file that the app reads. DEMO is a temporary folder, which is removed at the end.',
  )

  title('1. Inject: add the init container, its volumes and the mount')
  run(`${build} > $DEMO/manifest.yaml`)
  if (kustomize) {
    print(
      '(The left side is the same build without --enable-exec: kustomize skips the function and exits with 0.)',
    )
    const skipped = spawnSync('kustomize', ['build', '--enable-alpha-plugins', quickstart], {
      cwd: root,
      encoding: 'utf8',
    })
    writeFileSync(join(demo, 'source.yaml'), skipped.stdout)
  } else writeFileSync(join(demo, 'source.yaml'), readFileSync(join(root, quickstart, 'app.yaml')))
  print(diff('source.yaml', 'manifest.yaml'))

  title('2. Export: the parameters that each role may read, for the reviewer')
  run('kees export -f $DEMO/manifest.yaml --out $DEMO/terraform')
  const policies = readFileSync(join(demo, 'terraform/policies.tf'), 'utf8')
  print(policies.slice(policies.indexOf('locals {'), policies.indexOf('variable "')).trim())

  title('3. Create: generate the DYNAMIC parameters (in a cluster, the creator does this)')
  print(run('kees create -f $DEMO/manifest.yaml'))

  title('4. Put: store the value of the REFERENCE')
  print(run("printf 'fakepassword' | kees put db.password"))

  title('5. Init: write the file before the app starts, from the annotations as the kubelet writes them')
  // The pod's mounts.
  for (const mount of ['annotations', 'secret']) mkdirSync(join(demo, mount))
  const { annotations } = parseManifest(readFileSync(join(demo, 'manifest.yaml'), 'utf8'))
  writeFileSync(join(demo, 'annotations/annotations'), formatAnnotationsFile(annotations))
  const paths = {
    ANNOTATIONS_FILE: join(demo, 'annotations/annotations'),
    SECRETS_FILE: join(demo, 'secret/secret'),
    RESOURCES_FILE: join(demo, 'secret/resource'),
  }
  run('LOG_LEVEL=error init', paths)
  print('$ cat $DEMO/secret/secret    (values masked here)')
  const secrets = readFileSync(paths.SECRETS_FILE, 'utf8')
  print(maskValues(secrets))

  title('6. Again: a second run changes nothing')
  run('kees inject -f $DEMO/manifest.yaml > $DEMO/again.yaml && cmp $DEMO/manifest.yaml $DEMO/again.yaml')
  run('cp -r $DEMO/terraform $DEMO/before && kees export -f $DEMO/again.yaml --out $DEMO/terraform')
  run('diff -r $DEMO/before $DEMO/terraform')
  print(run('kees create -f $DEMO/again.yaml'))
  run('LOG_LEVEL=error init', paths)
  const same = readFileSync(paths.SECRETS_FILE, 'utf8') === secrets
  if (!same) throw new Error('the second run changed the secrets')
  print('manifest, policy, parameters and /secret/secret: unchanged')
}

try {
  demonstrate()
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  rmSync(demo, { recursive: true, force: true })
}
