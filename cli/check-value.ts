/** Whether the workloads of manifests could use a value, before it is stored. */
import { isInSecretsManager, selectorOf } from '../api/declaration/declaration.ts'
import { exitCode } from '../api/exit-code.ts'
import { initVariables } from '../api/settings/init-env.ts'
import type { Composed } from '../api/pod/pod-annotations.ts'
import { closestWord, didYouMean } from '../api/suggest.ts'
import { nameOf, type Result } from '../functions/krm/result.ts'
import { readsStore, type Workload } from '../functions/workload/workload.ts'
import { deliverValues } from '../runtime/init/fetch/deliver-values.ts'
import { type FetchedValue, refOf } from '../runtime/init/fetch/fetch-declared.ts'
import { outputFiles } from '../runtime/init/files/output-files.ts'
import type { SecretValue } from '../runtime/secret-value.ts'
import { listed } from './print/print-failures.ts'

const { secretsFile, resourcesFile, envFile } = initVariables
const paths = {
  secretsFile: secretsFile.default,
  resourcesFile: resourcesFile.default,
  envFile: envFile.default,
}

/** Errors of the declarations that read the newest version of the parameter; they do not quote the value. */
export async function checkValue(
  workloads: readonly Workload[],
  parameter: string,
  value: SecretValue,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let isRead = false
  for (const workload of workloads.filter(readsStore)) {
    const { declared, composed } = workload.pod
    const fetched = declared
      .filter((one) => one.parameter === parameter && !isInSecretsManager(one.declaration))
      .filter(({ declaration }) => selectorOf(declaration) === undefined)
      .map((one) => ({ declared: one, stored: { ref: refOf(one), value } }))
    isRead ||= fetched.length > 0
    results.push(...(await checkDelivery(fetched, composed, workload)))
  }
  return isRead ? results : [notRead(workloads, parameter)]
}

/** Why init could not deliver values to a workload. @param composed of which those are checked whose values are all there. */
export async function checkDelivery(
  fetched: readonly FetchedValue[],
  composed: readonly Composed[],
  { item, template, format }: Workload,
): Promise<readonly Result[]> {
  const shaped = await deliverValues(fetched, composed, Infinity)
  const { diagnostics: unwritable = [] } = outputFiles(shaped?.delivered ?? [], { ...paths, format })
  return [...(shaped?.diagnostics ?? []), ...unwritable].map(({ message, hint, fields, exit }) => {
    // The message names the annotation.
    const field = [...template.path, 'metadata', 'annotations', String(fields?.['annotation'])]
    const { object } = item
    return { severity: 'error', message, ...(hint === undefined ? {} : { hint }), object, field, exit }
  })
}

/** More often a misspelt name than a value that is stored in advance. */
function notRead(workloads: readonly Workload[], parameter: string): Result {
  const message = `no declaration in the manifests reads the newest version of parameter ${parameter}`
  const hint = 'store it without -f'
  const local = workloads.filter((one) => !readsStore(one) && declares(one, parameter))
  if (local.length > 0) {
    const names = [...new Set(local.map(({ item }) => nameOf(item.object)))]
    const reason = `each pod that declares it is in local mode, in which it reads no store: ${listed(names)}`
    return { severity: 'error', message: `${message}: ${reason}`, hint, exit: exitCode.input }
  }
  const read = workloads.filter(readsStore).flatMap(({ pod }) => pod.declared.map((one) => one.parameter))
  return {
    severity: 'error',
    message,
    hint,
    ...didYouMean(closestWord(parameter, read)),
    exit: exitCode.input,
  }
}

function declares({ pod }: Workload, parameter: string): boolean {
  return pod.declared.some((one) => one.parameter === parameter && !isInSecretsManager(one.declaration))
}
