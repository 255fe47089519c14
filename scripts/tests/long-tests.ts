/** Test files whose full version is slow, each with the files whose change makes `npm test` run the full version. */
import { execFileSync } from 'node:child_process'
import { gitOutput } from '../source-time.ts'

export const longTests: Readonly<Record<string, RegExp>> = {
  'test/creator/faults.test.ts':
    /^runtime\/(creator|groups|kubernetes)\/(?!.*\.test\.ts)|^test\/creator\/fault/,
  'test/creator/kill.test.ts': /^runtime\/(creator\/groups|groups)\/(?!.*\.test\.ts)|^test\/creator\/kill/,
  'test/creator/pages.test.ts': /^runtime\/kubernetes\/(?!.*\.test\.ts)|^test\/creator\/pages/,
  'test/creator/race.test.ts': /^runtime\/(creator\/groups|groups)\/(?!.*\.test\.ts)|^test\/creator\/race/,
  'test/creator/simulation.test.ts':
    /^runtime\/(creator|groups|scheduling)\/(?!.*\.test\.ts)|^test\/creator\/simulation/,
  'test/creator/watch-endurance.test.ts':
    /^runtime\/(creator|kubernetes)\/(?!.*\.test\.ts)|^test\/creator\/watch/,
  'test/docs/install.test.ts':
    /^docs\/install\.md$|^kustomize-examples\/first-secret\/|^install\/creator\/|^test\/docs\/install/,
  'test/iam/compare-module.test.ts': /^functions\/export-iam\/(?!.*\.test\.ts)|^test\/iam\/compare-module/,
  'test/iam/least-privilege.test.ts':
    /^functions\/(workload|export-iam)\/(?!.*\.test\.ts)|^test\/(iam\/(least-privilege\.|arbitrary|evaluate|iam-judge)|manifests\/arbitrary)/,
  'test/iam/opentofu.test.ts': /^test\/iam\/opentofu/,
  'test/iam/stability.test.ts':
    /^functions\/export-iam\/(?!.*\.test\.ts)|^test\/iam\/(stability\.|role-history)/,
  'test/iam/stability-moto.test.ts':
    /^functions\/export-iam\/(grants|terraform)\/(?!.*\.test\.ts)|^test\/iam\/(stability-moto|watched-apply|recorded-iam|role-history|plan-graph|lost-grants)\./,
  'test/manifests/fuzz.test.ts': /^functions\/(?!.*\.test\.ts)/,
  'test/manifests/gitops.test.ts':
    /^kustomize-examples\/argo-cd\/|^scripts\/tools\/argo-cd|^test\/manifests\/gitops/,
  'test/manifests/hostile-text.test.ts':
    /^(api|functions\/export-iam)\/(?!.*\.test\.ts)|^test\/manifests\/hostile/,
  'test/manifests/yaml-readers.test.ts': /^functions\/yaml\/(?!.*\.test\.ts)/,
  'test/iam/terraform-moto.test.ts':
    /^functions\/export-iam\/(grants|terraform)\/(?!.*\.test\.ts)|^install\/creator\/terraform\/|^test\/iam\/(terraform-moto|creator-(module|roles)|moto-)/,
  'test/init/scale.test.ts': /^runtime\/(init|store)\/(?!.*\.test\.ts)|^test\/init\/(scale|simulate)/,
  'test/init/write-faults.test.ts': /^runtime\/(init|files)\/(?!.*\.test\.ts)|^test\/init\/write-faults/,
  'test/moving/import.test.ts': /^cli\/import\/(?!.*\.test\.ts)|^test\/moving\//,
  'test/node/chart.test.ts': /^install\/(creator|charts)\/(?!terraform)|^scripts\/chart\/|^test\/node\/chart/,
  'test/node/node.test.ts':
    /^test\/node\/(inside$|node-(files|process|remains)|node\.test|start-node|supervise)/,
  'test/node/memory.test.ts': /^runtime\/(init|store|values)\/(?!.*\.test\.ts)|^test\/node\/memory/,
  'test/packaging/action.test.ts':
    /^action\.yml$|^scripts\/action\/|^test\/packaging\/(action|composite-action|fake-github)/,
  'test/packaging/executables.test.ts': /^scripts\/executables\/runtimes\//,
  'test/packaging/executables-of-all.test.ts': /^scripts\/executables\/runtimes\//,
  'test/packaging/new-user.test.ts':
    /^install\.sh$|^scripts\/executables\/release|^test\/packaging\/new-user/,
  'test/packaging/function-images.test.ts': /^scripts\/images|^test\/packaging\/function-images/,
  'test/packaging/images.test.ts':
    /^scripts\/(images|bundle\.ts$)|^package-lock\.json$|^test\/packaging\/images/,
  'test/packaging/images-again.test.ts': /^scripts\/images|^package-lock\.json$|^test\/packaging\/images/,
  'test/packaging/supply-chain.test.ts': /^scripts\/(sbom|licences\/shipped)|^test\/packaging\/supply-chain/,
  'test/packaging/push-images.test.ts': /^scripts\/(push-)?images|^docs\/install\.md$|^test\/packaging\/push/,
}

/** The files that changed since the merge base with main, or on main since the last commit. */
export function changedFiles(root: string): readonly string[] {
  const head = gitOutput(root, 'rev-parse', 'HEAD')
  const main = ['origin/main', 'main'].find((name) => gitOutput(root, 'rev-parse', '--verify', name))
  const base = main === undefined ? undefined : gitOutput(root, 'merge-base', main, 'HEAD')
  const before =
    base === undefined || base === head ? gitOutput(root, 'rev-parse', '--verify', 'HEAD~1') : base
  if (before === undefined) return []
  const changed = execFileSync('git', ['diff', '--name-only', '-z', before], { cwd: root, encoding: 'utf8' })
  return changed.split('\0').filter(Boolean)
}

/** The files that run in full. @param changed of `changedFiles`. */
export function longNow(changed: readonly string[]): ReadonlySet<string> {
  const now = Object.entries(longTests).filter(([, by]) => changed.some((file) => by.test(file)))
  return new Set(now.map(([file]) => file))
}

/** Whether something has changed that the unit tests of a top folder depend on. */
export function unitChanged(folder: string, changed: readonly string[]): boolean {
  return changed.some((file) => file.startsWith(`${folder}/`) || file.startsWith('api/'))
}

/** Variables for unit tests: half of all where something has changed, without `--long`. */
export function unitVariables(isLong: boolean, isChanged: boolean): NodeJS.ProcessEnv {
  return { KEES_TEST_EFFORT: isLong ? '1' : isChanged ? '0.5' : '0.2' }
}

/** Variables for tests that run in full, and for all others: api/test-effort.ts, test/programs/long.ts. */
export function effortVariables(inFull: boolean): NodeJS.ProcessEnv {
  return inFull ? { KEES_TEST_LONG: '1', KEES_TEST_EFFORT: '1' } : { KEES_TEST_EFFORT: '0.2' }
}
