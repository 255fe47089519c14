/** A plan as `terraform show -json` prints it: https://developer.hashicorp.com/terraform/internals/json-format. */

export type ResourceChange = {
  readonly address: string
  readonly module_address?: string
  readonly type: string
  /** Of the resource block. */
  readonly name: string
  /** Of `for_each`. */
  readonly index: string
  readonly change: {
    readonly actions: readonly string[]
    readonly before: Attributes | null
    readonly after: Attributes | null
  }
}

/** Of a policy: `name`, `policy`; of an attachment: `role`, `policy_arn`. */
export type Attributes = Readonly<Record<string, unknown>>

export function resourceChangesIn(plan: string): readonly ResourceChange[] {
  const { resource_changes: changes = [] }: { readonly resource_changes?: readonly ResourceChange[] } =
    JSON.parse(plan)
  return changes
}

/** Addresses with what is done there, sorted; what stays as it is is left out. */
export function stepsIn(changes: readonly ResourceChange[]): string[] {
  return changes
    .map(({ address, change }) => `${change.actions.join(' and ')} ${address}`)
    .filter((step) => !step.startsWith('no-op '))
    .toSorted()
}
