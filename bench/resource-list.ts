/** The input of the benchmarks: Deployments with the fields of typical manifests, in the shapes in which tools send them. */

/**
 * `kpt` keeps comments, order and flow style, and adds annotations about the file; `kustomize` sorts the keys, removes the comments and adds
 * its ids; `plain` is what a person writes.
 */
export type Shape = 'plain' | 'kustomize' | 'kpt'

/** The source of the roles: an annotation of each Deployment, one role for a hundred of them, or a ServiceAccount for each. */
type Roles = 'annotations' | 'shared' | 'accounts'

type Options = {
  readonly count: number
  /** One in this number of Deployments is annotated. */
  readonly every: number
  readonly shape: Shape
  readonly roles?: Roles
}

export function resourceListOf({ count, every, shape, roles = 'annotations' }: Options): string {
  const items = Array.from({ length: count }, (_, index) => {
    const name = nameOf(index)
    const annotated = index % every === 0
    const role = roles === 'accounts' ? undefined : roles === 'shared' ? nameOf(index - (index % 100)) : name
    const account = roles === 'accounts' && annotated ? serviceAccount(name) : ''
    const declared = annotated ? declarations(name, role) : ''
    return (
      account + (shape === 'kustomize' ? sorted : asWritten)(name, bookkeeping[shape](name, index), declared)
    )
  })
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join('')}`
}

function nameOf(index: number): string {
  return `app-${String(index).padStart(5, '0')}`
}

function serviceAccount(name: string): string {
  return `- apiVersion: v1
  kind: ServiceAccount
  metadata:
    name: ${name}
    namespace: default
    annotations:
      eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/${name}-role
`
}

/** The annotations that tools add to each item, and remove when the functions have run. */
const bookkeeping: Readonly<Record<Shape, (name: string, index: number) => string>> = {
  plain: () => '',
  kustomize: (name, index) => `    annotations:
      kustomize.config.k8s.io/id: |
        group: apps
        kind: Deployment
        name: ${name}
        namespace: default
        version: v1
      config.kubernetes.io/index: '${index}'
      internal.config.kubernetes.io/index: '${index}'
      internal.config.kubernetes.io/annotations-migration-resource-id: '${index}'
      internal.config.kubernetes.io/id: '${index + 1}'
      config.k8s.io/id: '${index + 1}'
`,
  kpt: (name, index) => `    annotations:
      config.kubernetes.io/index: '0'
      config.kubernetes.io/path: '${name}/deployment.yaml'
      internal.config.kubernetes.io/index: '0'
      internal.config.kubernetes.io/path: '${name}/deployment.yaml'
      internal.config.kubernetes.io/seqindent: 'compact'
      internal.config.kubernetes.io/annotations-migration-resource-id: '${index}'
      internal.config.kubernetes.io/id: '${index + 1}'
      config.k8s.io/id: '${index + 1}'
`,
}

/** In the order of their keys, as kustomize sorts them. */
function declarations(name: string, role: string | undefined): string {
  return `${role === undefined ? '' : `          iam.amazonaws.com/role: ${role}-role\n`}          init.bsycorp.com/storage-prefix: /${name}
          prometheus.io/scrape: "true"
          secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
          secret.bsycorp.com/signingKey.v1_private: kind=DYNAMIC,type=RSA,size=2048
          secret.bsycorp.com/signingKey.v1_public: kind=DYNAMIC,type=RSA,size=2048
`
}

const noDeclarations = '          prometheus.io/scrape: "true"\n'

function asWritten(name: string, annotations: string, declared: string): string {
  return `- apiVersion: apps/v1
  kind: Deployment
  metadata: # kpt-merge: default/${name}
    name: ${name}
    namespace: default
    labels:
      app.kubernetes.io/name: ${name}
      app.kubernetes.io/part-of: shop
${annotations}  spec:
    replicas: 3
    selector:
      matchLabels: {app.kubernetes.io/name: ${name}}
    template:
      metadata:
        labels:
          app.kubernetes.io/name: ${name}
        annotations:
${declared || noDeclarations}      spec:
        serviceAccountName: ${name}
        containers:
        - name: app
          image: registry.example.com/shop/${name}:v1.2.3 # the release
          args: ["--port=8080", "--verbose"]
          env:
          - name: DATABASE_HOST
            value: db.default.svc
          # Shown on the first page.
          - name: GREETING
            value: 'it''s up'
          ports:
          - containerPort: 8080
            name: http
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits:
              memory: 256Mi
          volumeMounts:
          - mountPath: /tmp
            name: tmp
        volumes:
        - name: tmp
          emptyDir: {}
`
}

function sorted(name: string, annotations: string, declared: string): string {
  return `- apiVersion: apps/v1
  kind: Deployment
  metadata:
${annotations}    labels:
      app.kubernetes.io/name: ${name}
      app.kubernetes.io/part-of: shop
    name: ${name}
    namespace: default
  spec:
    replicas: 3
    selector:
      matchLabels:
        app.kubernetes.io/name: ${name}
    template:
      metadata:
        annotations:
${declared || noDeclarations}        labels:
          app.kubernetes.io/name: ${name}
      spec:
        containers:
        - args:
          - --port=8080
          - --verbose
          env:
          - name: DATABASE_HOST
            value: db.default.svc
          - name: GREETING
            value: it's up
          image: registry.example.com/shop/${name}:v1.2.3
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
          name: app
          ports:
          - containerPort: 8080
            name: http
          resources:
            limits:
              memory: 256Mi
            requests:
              cpu: 100m
              memory: 128Mi
          volumeMounts:
          - mountPath: /tmp
            name: tmp
        serviceAccountName: ${name}
        volumes:
        - emptyDir: {}
          name: tmp
`
}
