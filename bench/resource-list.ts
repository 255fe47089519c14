/** The input of the benchmark: Deployments as kpt and kustomize pass them, with the fields of typical manifests. */

/** The source of the roles: an annotation of each Deployment, one role for a hundred of them, or a ServiceAccount for each. */
type Roles = 'annotations' | 'shared' | 'accounts'

/** @param every one in this number of Deployments is annotated. */
export function resourceListOf(count: number, every: number, roles: Roles = 'annotations'): string {
  const items = Array.from({ length: count }, (_, index) => deployment(index, index % every === 0, roles))
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

function deployment(index: number, annotated: boolean, roles: Roles): string {
  const name = nameOf(index)
  const role = roles === 'shared' ? nameOf(index - (index % 100)) : name
  const roleLine = roles === 'accounts' ? '' : `        iam.amazonaws.com/role: ${role}-role\n`
  const annotations = annotated
    ? `${roleLine}        secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
        secret.bsycorp.com/signingKey.v1_private: kind=DYNAMIC,type=RSA,size=2048
        secret.bsycorp.com/signingKey.v1_public: kind=DYNAMIC,type=RSA,size=2048
        init.bsycorp.com/storage-prefix: /${name}
`
    : ''
  return `${roles === 'accounts' && annotated ? serviceAccount(name) : ''}- apiVersion: apps/v1
  kind: Deployment
  metadata: # kpt-merge: default/${name}
    name: ${name}
    namespace: default
    labels:
      app.kubernetes.io/name: ${name}
      app.kubernetes.io/part-of: shop
    annotations:
      internal.config.kubernetes.io/index: '0'
      internal.config.kubernetes.io/path: '${name}/deployment.yaml'
      config.kubernetes.io/index: '0'
      config.kubernetes.io/path: '${name}/deployment.yaml'
  spec:
    replicas: 3
    selector:
      matchLabels:
        app.kubernetes.io/name: ${name}
    template:
      metadata:
        labels:
          app.kubernetes.io/name: ${name}
        annotations:
          prometheus.io/scrape: "true"
${annotations.replace(/^/gm, '  ').trimEnd()}${annotated ? '\n' : ''}      spec:
        serviceAccountName: ${name}
        containers:
        - name: app
          image: registry.example.com/shop/${name}:v1.2.3 # the release
          args: ["--port=8080", "--verbose"]
          env:
          - name: DATABASE_HOST
            value: db.default.svc
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
            requests:
              cpu: 100m
              memory: 128Mi
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
