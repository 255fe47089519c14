import t from 'tap'
import type { Value } from '../../yaml/value.ts'
import { groupsOf, identityOf, whyUnreadable } from './file-access.ts'

const init: Value = { runAsUser: 65_532 }
const users = (user: number, more = '') => `it runs as user ${user}${more} and init as user 65532`
const root = ' without the capability DAC_OVERRIDE'
const capabilities = (drop: Value, add: Value = []): Value => ({
  runAsUser: 0,
  capabilities: { drop, add },
})
const noGroup = ', and the pod has no fsGroup'

const rows: readonly (readonly [
  title: string,
  mode: number,
  pod: Value,
  container: Value,
  wrong?: string | undefined,
  ofInit?: Value,
])[] = [
  ['the owner', 0o400, {}, { runAsUser: 65_532 }],
  ['the owner by the pod', 0o400, { runAsUser: 65_532 }, {}],
  ['another user', 0o400, {}, { runAsUser: 1000 }, users(1000)],
  ['the user of a container is that of init, and not that of the pod', 0o400, { runAsUser: 1 }, init],
  ['the user of a container is not that of the pod', 0o400, init, { runAsUser: 1000 }, users(1000)],
  ['another user, which others may be', 0o404, {}, { runAsUser: 1000 }],
  ['a user of the image', 0o400, {}, {}],
  ['init with a user of its image', 0o400, {}, { runAsUser: 1000 }, undefined, {}],

  ['root', 0o400, {}, { runAsUser: 0 }],
  ['root without another capability', 0o400, {}, capabilities(['NET_RAW'])],
  ['root without capabilities', 0o400, {}, capabilities(['ALL']), users(0, root)],
  ['in small letters', 0o400, {}, capabilities(['all']), users(0, root)],
  [
    'with its name of the kernel, as CRI-O allows',
    0o400,
    {},
    capabilities(['CAP_DAC_OVERRIDE']),
    users(0, root),
  ],
  ['without this capability', 0o400, {}, capabilities(['DAC_OVERRIDE']), users(0, root)],
  ['with another one', 0o400, {}, capabilities(['ALL'], ['CHOWN']), users(0, root)],
  ['with it', 0o400, {}, capabilities(['ALL'], ['DAC_OVERRIDE'])],
  ['with the one for reading', 0o400, {}, capabilities(['ALL'], ['DAC_READ_SEARCH'])],
  ['added and dropped', 0o400, {}, capabilities(['DAC_OVERRIDE'], ['DAC_OVERRIDE']), users(0, root)],
  ['all added and one dropped, the other reads', 0o400, {}, capabilities(['DAC_OVERRIDE'], ['ALL'])],
  ['all dropped and added', 0o400, {}, capabilities(['ALL'], ['ALL']), users(0, root)],
  ['privileged', 0o400, {}, { runAsUser: 0, privileged: true, capabilities: { drop: ['ALL'] } }],
  [
    'a user with the capability, which only root has',
    0o400,
    {},
    { runAsUser: 1, capabilities: { add: ['ALL'] } },
    users(1),
  ],
  ['root without capabilities in the group', 0o440, { fsGroup: 2000 }, capabilities(['ALL'])],
  ['root without capabilities outside', 0o440, {}, capabilities(['ALL']), users(0, root) + noGroup],

  ['with fsGroup', 0o440, { fsGroup: 2000 }, { runAsUser: 1000 }],
  [
    'with fsGroup, and another group',
    0o440,
    { fsGroup: 2000, runAsGroup: 1 },
    { runAsUser: 1000, runAsGroup: 3 },
  ],
  ['with fsGroup for the owner alone', 0o400, { fsGroup: 2000 }, { runAsUser: 1000 }, users(1000)],
  [
    'with fsGroup for all but the group',
    0o404,
    { fsGroup: 2000 },
    { runAsUser: 1000 },
    `${users(1000)}, and the group of both, 2000, may not read it`,
  ],
  ['the group of the pod', 0o440, { runAsGroup: 2000 }, { runAsUser: 1000 }],
  [
    'a group of its own',
    0o440,
    { runAsGroup: 2000 },
    { runAsUser: 1000, runAsGroup: 3000 },
    `${users(1000)}, and it has the group 3000 and the file the group 2000`,
  ],
  [
    'a group of its own that all have',
    0o440,
    { runAsGroup: 2000, supplementalGroups: [2000] },
    { runAsUser: 1000, runAsGroup: 3000 },
  ],
  ['a group of init alone', 0o440, {}, { runAsUser: 1000 }, undefined, { ...init, runAsGroup: 2000 }],
  [
    'the group of init',
    0o440,
    {},
    { runAsUser: 1000, runAsGroup: 2000 },
    undefined,
    { ...init, runAsGroup: 2000 },
  ],
  ['groups of the images', 0o440, {}, { runAsUser: 1000 }, users(1000) + noGroup],
  [
    'a group that init does not have',
    0o440,
    {},
    { runAsUser: 1000, runAsGroup: 1000 },
    users(1000) + noGroup,
  ],
  [
    'groups that init does not have',
    0o440,
    { supplementalGroups: [1, 2] },
    { runAsUser: 1000 },
    users(1000) + noGroup,
  ],
  ['the group of the image of init', 0o440, {}, { runAsUser: 1000, runAsGroup: 65_532 }],
  [
    'the group of a user that its image does not have',
    0o440,
    { supplementalGroups: [0] },
    { runAsUser: 1000 },
  ],
  [
    'wrong types',
    0o400,
    { supplementalGroups: 'x', fsGroup: 'y' },
    { runAsUser: '1000', capabilities: ['ALL'] },
  ],
]
for (const [title, mode, pod, container, wrong, other] of rows)
  t.equal(
    whyUnreadable(mode, identityOf(pod, other ?? init), identityOf(pod, container), groupsOf(pod)),
    wrong,
    `${title}: ${mode.toString(8)}`,
  )
