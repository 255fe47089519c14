/** Callers that request the role of the app `orders` of kustomize-examples/first-secret from STS: the app itself, and others. */
import type { Caller } from '../iam/trust-judge.ts'

const account = '111122223333'
const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF'
const irsa = (sub: string, aud = 'sts.amazonaws.com', of = issuer): Caller => ({
  principal: `arn:aws:iam::${account}:oidc-provider/${of}`,
  action: 'sts:AssumeRoleWithWebIdentity',
  context: { [`${of}:sub`]: `system:serviceaccount:${sub}`, [`${of}:aud`]: aud },
})
const podIdentity = (namespace: string, serviceAccount: string, cluster = 'prod'): Caller => ({
  principal: 'pods.eks.amazonaws.com',
  action: 'sts:AssumeRole',
  context: {
    'aws:RequestTag/eks-cluster-arn': `arn:aws:eks:eu-west-1:${account}:cluster/${cluster}`,
    'aws:RequestTag/kubernetes-namespace': namespace,
    'aws:RequestTag/kubernetes-service-account': serviceAccount,
  },
})
const kube2iam = (role: string): Caller => ({
  principal: `arn:aws:iam::${account}:role/${role}`,
  action: 'sts:AssumeRole',
})
/** The identity of the app when it requests its role, for each way in which pods get roles. */
export const callers: Readonly<Record<string, Caller>> = {
  irsa: irsa('shop:orders'),
  'pod-identity': podIdentity('shop', 'orders'),
  kube2iam: kube2iam('nodes'),
}
/** Callers that share a property with the app but must not get its role. */
export const strangers: readonly Caller[] = [
  irsa('shop:default'),
  irsa('other:orders'),
  irsa('kees:kees-creator'),
  irsa('shop:orders', 'other'),
  irsa('shop:orders', 'sts.amazonaws.com', issuer.replace(/F$/, '0')),
  podIdentity('shop', 'default'),
  podIdentity('other', 'orders'),
  podIdentity('shop', 'orders', 'dev'),
  kube2iam('nodes2'),
  kube2iam('shop-orders'),
]
