/** What a function gets in the run that makes its code cache. */
import { injectInit } from '../../functions/inject-init/inject-init.ts'
import { runFunction } from '../../functions/krm/run-function.ts'

/** As kustomize writes manifests, and as people do. Both are annotated and have what most pods have, so that what they need is compiled. */
const list = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ServiceAccount
  metadata:
    annotations:
      eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/a-role
    name: a
    namespace: default
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    annotations:
      config.kubernetes.io/index: '0'
    labels:
      app.kubernetes.io/name: a
    name: a
    namespace: default
  spec:
    replicas: 3
    template:
      metadata:
        annotations:
          init.bsycorp.com/storage-prefix: /a
          prometheus.io/scrape: "true"
          secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
          secret.bsycorp.com/key_private: kind=DYNAMIC,type=RSA,size=2048
          secret.bsycorp.com/key_public: kind=DYNAMIC,type=RSA,size=2048
      spec:
        containers:
        - args:
          - --port=8080
          env:
          - name: GREETING
            value: it's up
          image: registry.example.com/shop/a:v1.2.3
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
          volumeMounts:
          - mountPath: /tmp
            name: tmp
        serviceAccountName: a
        volumes:
        - emptyDir: {}
          name: tmp
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: b
  data:
    text: |
      one
      two
- apiVersion: apps/v1
  kind: Deployment
  metadata: # of b
    name: b
    namespace: default
  spec:
    template:
      metadata:
        annotations:
          iam.amazonaws.com/role: b-role
          secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
      spec:
        containers:
        - name: app
          image: registry.example.com/shop/b:v1.2.3 # the release
          args: ["--port=8080", '--verbose']
          # Shown on the first page.
          resources:
            requests: {cpu: 100m, memory: 128Mi}
- apiVersion: v1
  kind: Namespace
  metadata:
    name: default
`

/** The input of export-iam is injected. */
export function functionInput(name: 'inject-init' | 'export-iam'): string {
  return name === 'inject-init' ? list : runFunction(injectInit, list).stdout
}
