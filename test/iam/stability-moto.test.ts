/**
 * What reviewers and roles see of a change, by real plans and applies of terraform's AWS provider: nothing moves that need
 * not, and no role is without a parameter at any step that it may read before and after.
 */
import t, { type Test } from 'tap'
import { countNames } from '../../functions/export-iam/grants/granted-names.ts'
import { type Grant, grantOf } from '../../functions/export-iam/grants/grant.ts'
import { parseIamRole } from '../../functions/export-iam/options/iam-role.ts'
import { decrypt, getParameters } from './arbitrary-requests.ts'
import { grantsIn } from './evaluate-policies.ts'
import { isAllowed } from './iam-judge.ts'
import { lostGrants } from './lost-grants.ts'
import { attachedTo } from './moto-iam.ts'
import { motoMissing } from '../servers/moto.ts'
import { IamState } from './recorded-iam.ts'
import { RoleHistory, type Roles } from './role-history.ts'
import { stepsIn } from './terraform-plan.ts'
import { isLong } from '../programs/long.ts'
import { terraform, terraformAwsPluginDir } from '../programs/tools.ts'
import { kmsKeys, place, startWatchedApply } from './watched-apply.ts'

const grantsOf = (roles: Roles): Grant[] =>
  [...roles].map(([key, names]) => grantOf(key, parseIamRole(key).value, names, kmsKeys))

async function mayRead(documents: readonly unknown[], name: string): Promise<boolean> {
  if (!(await isAllowed(documents, getParameters(name, place)))) return false
  const key = kmsKeys.find(({ prefix }) => name.startsWith(`${prefix}/`))
  return key === undefined || (await isAllowed(documents, decrypt(name, key.arn, place)))
}

/** What a plan has to do, and no more. */
function expectedSteps(before: readonly Grant[], after: readonly Grant[]): string[] {
  const [old, now] = [before, after].map((grants) => new Map(grants.map(({ key, parts }) => [key, parts])))
  const keys = new Set([...before, ...after].map(({ key }) => key))
  const withFirstPart = (grants: readonly Grant[]) =>
    grants
      .flatMap(({ key, parts: [first] }) => (first && countNames(first) > 0 ? [key] : []))
      .toSorted()
      .join(' ')
  const waits =
    withFirstPart(before) === withFirstPart(after) ? [] : ['update module.kees.terraform_data.attached']
  return [...keys]
    .flatMap((key) =>
      Array.from({ length: 8 }).flatMap((_, index) => {
        const [then, next] = [old, now].map((parts) => parts?.get(key)?.[index]?.parameters.join(' ') ?? '')
        const block = `part${index + 1}["${key}"]`
        const policy = `module.kees.aws_iam_policy.${block}`
        if (then === next) return []
        if (then !== '' && next !== '') return [`update ${policy}`]
        const action = then === '' ? 'create' : 'delete'
        return [`${action} ${policy}`, `${action} module.kees.aws_iam_role_policy_attachment.${block}`]
      }),
    )
    .concat(waits)
    .toSorted()
}

/** How many roles are split over more policies than before, and over fewer. */
function splitsIn(
  before: readonly Grant[],
  after: readonly Grant[],
): { readonly more: number; readonly fewer: number } {
  const now = new Map(after.map(({ key, parts }) => [key, parts.length]))
  const changes = before.map(({ key, parts }) => (now.get(key) ?? parts.length) - parts.length)
  return { more: changes.filter((one) => one > 0).length, fewer: changes.filter((one) => one < 0).length }
}

/** The lines of a plan that add and take away, of one resource. */
function linesOf(plan: string, address: string): string[] {
  const [, text = ''] = plan.split(`  # ${address} will be updated in-place\n`)
  const [own = ''] = text.split(/^ {2}# /m)
  return own.split('\n').filter((line) => /^ {5,}[-+]/.test(line))
}

const { missing = terraformAwsPluginDir().missing ?? motoMissing } = terraform()
t.setTimeout(1_800_000)
await t.test('a history of changes', { skip: missing, timeout: 1_800_000 }, async (test) => {
  const { write, plan, apply, endpoint } = await startWatchedApply(test)
  const state = new IamState()
  let grants: readonly Grant[] = []

  /** Applies the plan, and judges after each call what was granted before and is to be granted after. */
  const applyAndWatch = async (t: Test, before: readonly Grant[]) => {
    const changes = await apply()
    const stays = new Map(grants.map(({ role, parameters }) => [role?.name, new Set(parameters)]))
    const stable = new Map(
      before.map(({ role, parameters }) => [
        role?.name,
        parameters.filter((name) => stays.get(role?.name)?.has(name)),
      ]),
    )
    let judged = 0
    for (const change of changes) {
      for (const role of state.apply(change)) {
        const documents = state.documentsOf(role)
        for (const name of stable.get(role) ?? []) {
          judged++
          if (await mayRead(documents, name)) continue
          t.fail(`${role} may not read ${name} after ${change['Action']} ${change['PolicyArn']}`)
        }
      }
    }
    t.ok(judged > 100, `${judged} grants were judged between two calls`)
    for (const { role, parameters } of grants) {
      const key = role?.name ?? ''
      const attached = Object.values(await attachedTo(endpoint, key))
      t.strictSame(
        grantsIn(attached),
        grantsIn(state.documentsOf(key)),
        `${key} has in IAM what the calls led to`,
      )
      const verdicts = await Promise.all(parameters.map((name) => mayRead(attached, name)))
      t.ok(verdicts.every(Boolean), `${key} may read its ${parameters.length} parameters`)
    }
  }

  // Seeds with which policies are split and merged in each step.
  const history = isLong
    ? new RoleHistory(52, [1, 2, 3, 45, 52, 60, 100, 110, 150, 170])
    : new RoleHistory(74, [45, 52, 60])
  const few = Array.from({ length: 40 }, (_, index) => `/loose/${'x'.repeat(30)}-${index}`)
  const many = [...few, ...few.map((name) => `${name}-more`)]
  const looseGrants = (...lists: readonly (readonly string[])[]) =>
    lists.map((names, index) => grantOf(`loose-${index}`, { name: `loose-${index}` }, names))
  grants = grantsOf(history.roles)
  await write(grants, looseGrants(few, many, many))
  for (const change of await apply('-auto-approve', '-refresh=false')) state.apply(change)

  await test.test('roles are added, removed and changed at the same time', async (t) => {
    const before = grants
    history.step()
    grants = grantsOf(history.roles)
    await write(grants, looseGrants(many, few, [...many, '/loose/new']))
    const { text, graph, kees, loose } = await plan()
    t.strictSame(stepsIn(kees), expectedSteps(before, grants), 'the plan changes only what differs')
    t.strictSame(lostGrants(kees, graph), [], 'nothing is lost at any step of any order')
    const lost = lostGrants(loose, graph).join('\n')
    t.match(lost, /^loose-0: /m, 'without the order, a split loses something')
    t.match(lost, /^loose-1: /m, 'and so does a merge')
    const [step = '', ...others] = stepsIn(loose).filter((one) => one.includes('"loose-2"'))
    t.strictSame(others, [])
    const [line = '', ...lines] = linesOf(text, step.replace(/^update /, ''))
    const added = `+ "${getParameters('/loose/new', place).resource}",`
    t.strictSame([line.trim(), lines], [added, []], 'one secret more of several policies is one line')
    const { more, fewer } = splitsIn(before, grants)
    t.ok(more > 0 && fewer > 0, `${more} are split, ${fewer} merged`)
    await applyAndWatch(t, before)
  })

  if (!isLong) return
  await test.test('and again', async (t) => {
    const before = grants
    history.step()
    grants = grantsOf(history.roles)
    await write(grants, looseGrants(few, many, many))
    const { graph, kees } = await plan()
    t.strictSame(stepsIn(kees), expectedSteps(before, grants), 'the plan changes only what differs')
    t.strictSame(lostGrants(kees, graph), [], 'nothing is lost at any step of any order')
    const { more, fewer } = splitsIn(before, grants)
    t.ok(more > 0 && fewer > 0, `${more} are split, ${fewer} merged`)
    await applyAndWatch(t, before)
  })

  await test.test('other names of the policies replace all of them', async (t) => {
    const { graph, kees } = await plan('-var=prefix=other-')
    const there = grants.flatMap(({ key, parts }) =>
      parts.flatMap((part, index) => (countNames(part) === 0 ? [] : [`part${index + 1}["${key}"]`])),
    )
    const expected = there.flatMap((block) =>
      ['aws_iam_policy', 'aws_iam_role_policy_attachment'].map(
        (type) => `create and delete module.kees.${type}.${block}`,
      ),
    )
    t.strictSame(stepsIn(kees), expected.toSorted(), 'each is created before it is destroyed')
    t.strictSame(lostGrants(kees, graph), [], 'nothing is lost at any step of any order')
    await applyAndWatch(t, grants)
  })
})
