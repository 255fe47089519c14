/**
 * Terraform's AWS provider, started once for all runs of terraform in a process. terraform itself starts it up to three times in a run, and
 * reads each time what all its types of resources are like, which is nearly all of the processor time of such a run.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { isLong } from '../programs/long.ts'
import { terraformAwsPluginDir } from '../programs/tools.ts'
import { endsWithInput } from '../servers/ends-with-input.ts'
import { startProviderFront } from './provider-front.ts'

/** The types that tests use. */
const isUsed = (type: string) =>
  /^aws_(iam|eks_pod_identity)_|^aws_(caller_identity|partition|region)$/.test(type)

/**
 * In full tests, terraform starts it as users' does.
 *
 * @param env of the provider: where it finds moto. @returns variables for terraform, but not for `terraform init`, which then would not look for it.
 */
export async function attachedProvider(t: Test, env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (isLong) return {}
  const { reattach, stop } = await startAwsProvider(env)
  t.teardown(stop)
  return { TF_REATTACH_PROVIDERS: reattach }
}

/** Ends with this process, however that ends. */
async function startAwsProvider(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly reattach: string; readonly stop: () => Promise<void> }> {
  const plugins = terraformAwsPluginDir().path ?? ''
  const [program] = globSync('registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*', {
    cwd: plugins,
  })
  if (program === undefined) throw new Error(`there is no program of the AWS provider in "${plugins}"`)
  const folder = mkdtempSync(join(tmpdir(), 'kees-aws-provider-'))
  const child = spawn('sh', ['-c', endsWithInput, 'aws-provider', join(plugins, program), '-debug'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Its socket is there too. It cannot be configured a second time with certificates.
    env: { ...process.env, ...env, TMPDIR: folder, AWS_CA_BUNDLE: undefined },
  })
  const ended = once(child, 'close')
  const { name, config } = await attachment(child)
  const socket = join(folder, 'front')
  const stopFront = await startProviderFront(config.Addr.String, socket, isUsed)
  const stop = async () => {
    stopFront()
    child.stdin?.end()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const front = { [name]: { ...config, Addr: { ...config.Addr, String: socket } } }
  return { reattach: JSON.stringify(front), stop }
}

/** What `-debug` makes it print for `TF_REATTACH_PROVIDERS`. https://developer.hashicorp.com/terraform/plugin/debugging */
type Attachment = { readonly Addr: { readonly Network: string; readonly String: string } }

function attachment({
  stdout,
}: ChildProcess): Promise<{ readonly name: string; readonly config: Attachment }> {
  return new Promise((resolve, reject) => {
    let said = ''
    stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [, found] = /^\s*TF_REATTACH_PROVIDERS='(.*)'$/m.exec(said) ?? []
      if (found === undefined) return
      const all: Readonly<Record<string, Attachment>> = JSON.parse(found)
      for (const [name, config] of Object.entries(all)) resolve({ name, config })
    })
    stdout?.on('close', () => reject(new Error(`the AWS provider ended before it listened:\n${said}`)))
  })
}
