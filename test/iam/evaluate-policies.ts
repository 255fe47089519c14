/** What terraform makes of the policies.tf of several modules: the IAM documents of each grant. */
import { join } from 'node:path'
import { runTerraform, writeFiles } from './run-terraform.ts'

export type AwsTarget = { readonly partition: string; readonly region: string; readonly account: string }

/** By the key of a grant, in the order of the policies. */
export type Documents = ReadonlyMap<string, readonly unknown[]>

/** @param folder an empty one. @param modules the text of policies.tf, and where its module is applied to. */
export async function evaluatePolicies(
  folder: string,
  modules: readonly { readonly policies: string; readonly place: AwsTarget }[],
): Promise<readonly Documents[]> {
  const output = 'output "documents" {\n  value = local.documents\n}\n'
  const calls = modules.map(
    ({ place }, index) => `module "m${index}" {
  source         = "./m${index}"
  aws_partition  = "${place.partition}"
  aws_region     = "${place.region}"
  aws_account_id = "${place.account}"
}

output "m${index}" {
  value = module.m${index}.documents
}
`,
  )
  await writeFiles(folder, [['main.tf', calls.join('\n')]])
  for (const [index, { policies }] of modules.entries()) {
    await writeFiles(join(folder, `m${index}`), [
      ['policies.tf', policies],
      ['outputs.tf', output],
    ])
  }
  await runTerraform(folder, 'init')
  await runTerraform(folder, 'apply', '-auto-approve')
  const outputs: Readonly<Record<string, { readonly value: Parts }>> = JSON.parse(
    await runTerraform(folder, 'output', '-json'),
  )
  return modules.map((_, index) => documentsOf(outputs[`m${index}`]?.value ?? {}))
}

/** The documents of each part, by the key of the grant. */
type Parts = Readonly<Record<string, Readonly<Record<string, unknown>>>>

function documentsOf(parts: Parts): Documents {
  const documents = new Map<string, unknown[]>()
  for (const part of Object.values(parts)) {
    for (const [key, document] of Object.entries(part)) {
      documents.set(key, [...(documents.get(key) ?? []), document])
    }
  }
  return documents
}

type Document = {
  readonly Statement: readonly {
    readonly Resource: string | readonly string[]
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
  }[]
}

/** All ARNs of parameters and secrets that the documents name, sorted; those of secrets with six "?". */
export function resourcesOf(documents: readonly unknown[]): string[] {
  return grantsIn(documents).filter((one) => !one.includes(' '))
}

/** What the documents grant, sorted: ARNs of parameters and secrets, and for each that is encrypted `<key's ARN> for <its ARN>`. */
export function grantsIn(documents: readonly unknown[]): string[] {
  const read: readonly Document[] = JSON.parse(JSON.stringify(documents))
  const statements = read.flatMap(({ Statement }) => Statement)
  return statements
    .flatMap(({ Resource, Condition }) => {
      const contexts =
        Condition?.['StringEquals']?.['kms:EncryptionContext:PARAMETER_ARN'] ??
        Condition?.['StringLike']?.['kms:EncryptionContext:SecretARN']
      if (contexts === undefined) return [Resource].flat()
      return [contexts].flat().flatMap((arn) => [Resource].flat().map((key) => `${key} for ${arn}`))
    })
    .toSorted()
}
