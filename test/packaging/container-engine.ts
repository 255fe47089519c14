/** The container engine of tests. Where there is none on the PATH that works, CI may know how to make one. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { containerEnvironment } from '../../scripts/tools/container-environment.ts'
import { containerRuntime, installedEngines } from '../../scripts/images/engine.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { commandPatience, notEnded } from '../programs/not-ended.ts'
import { untapped } from '../programs/untapped.ts'

const env = containerEnvironment()
const installed = installedEngines(env)
const runtime = containerRuntime(installed)
const hasDocker = installed.some(({ name, error }) => name === 'docker' && error === undefined)

/** For tap's `skip`; in the form that `.ci/run` checks. */
export const containersMissing = runtime === undefined && 'needs a container engine'

/** For tools that run containers. kustomize calls the engine `docker`; kpt needs a variable for podman, or refuses its version. */
export const containerEnv: NodeJS.ProcessEnv = {
  ...(hasDocker || runtime === undefined ? env : withDocker(env)),
  // The one until 1.0.0-beta.58, the other since.
  ...(runtime === undefined ? {} : { KPT_FN_RUNTIME: runtime, KRM_FN_RUNTIME: runtime }),
}

/** Podman would put a writable folder on /tmp and others, which Kubernetes does not. */
export const readOnlyRoot =
  runtime === 'podman' ? ['--read-only', '--read-only-tmpfs=false'] : ['--read-only']

/** Saves several images in one archive, each layer once. */
export const saveMany = runtime === 'podman' ? ['save', '--multi-image-archive'] : ['save']

/** The base of the images of tests, where it is not the Dockerfile's own. */
export const baseImage = env['KEES_BASE_IMAGE']

/** Podman takes the same arguments. */
function withDocker({ PATH = '', ...rest }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'kees-docker-'))
  symlinkSync(findCommand('podman', PATH) ?? 'podman', join(folder, 'docker'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return { ...rest, PATH: folder + delimiter + PATH }
}

type Ended = { readonly stdout: string; readonly stderr: string; readonly status: number | null }

/** Runs podman or docker to its end, also where it fails. */
export function engine(args: readonly string[], input = ''): Ended {
  const begun = Date.now()
  const { stdout, stderr, status, error } = spawnSync(...untapped(runtime ?? 'docker', args), {
    env: containerEnv,
    input,
    encoding: 'utf8',
    timeout: commandPatience,
    maxBuffer: 2 ** 26,
  })
  if (error && 'code' in error && error.code === 'ETIMEDOUT')
    throw notEnded(runtime ?? 'docker', args, { stdout, stderr }, begun)
  if (error) throw error
  return { stdout, stderr, status }
}

/** Likewise, and what it prints. Throws where it fails. */
export function engineSays(...args: readonly string[]): string {
  const { stdout, stderr, status } = engine(args)
  if (status === 0) return stdout.trim()
  throw new Error(`${[runtime, ...args].join(' ')}: ${stderr}`)
}

/** Likewise, while this process goes on: for containers that talk to it. */
export function engineMeanwhile(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { env: containerEnv, timeout: commandPatience }
    const begun = Date.now()
    const [command, all] = untapped(runtime ?? 'docker', args)
    execFile(command, all, options, (error, stdout, stderr) => {
      if (error?.killed === true) {
        reject(notEnded(runtime ?? 'docker', args, { stdout, stderr }, begun))
        return
      }
      const code = error === null ? 0 : error.code
      resolve({ stdout, stderr, status: typeof code === 'number' ? code : null })
    })
  })
}
