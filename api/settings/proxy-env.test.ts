import t from 'tap'
import { proxyFor, validateProxyEnv } from './proxy-env.ts'

const proxy = 'http://proxy.example.com:3128'
const ssm = 'ssm.eu-west-1.amazonaws.com'

const cases: readonly (readonly [
  title: string,
  url: string,
  env: Readonly<Record<string, string>>,
  proxied: boolean,
])[] = [
  ['no variable', `https://${ssm}`, {}, false],
  ['HTTPS_PROXY', `https://${ssm}`, { HTTPS_PROXY: proxy }, true],
  ['https_proxy', `https://${ssm}`, { https_proxy: proxy }, true],
  ['HTTP_PROXY is not for https', `https://${ssm}`, { HTTP_PROXY: proxy }, false],
  ['HTTP_PROXY', 'http://moto:5000', { HTTP_PROXY: proxy }, true],
  ['HTTPS_PROXY is not for http', 'http://moto:5000', { HTTPS_PROXY: proxy }, false],
  ['an empty variable', `https://${ssm}`, { HTTPS_PROXY: '' }, false],
  ...[
    'localhost',
    '127.0.0.1',
    '127.1.2.3',
    '[::1]',
    '169.254.169.254',
    '169.254.170.23',
    '[fd00:ec2::23]',
  ].map((host) => [`never ${host}`, `https://${host}:8443`, { HTTPS_PROXY: proxy }, false] as const),
  ...[
    ['*', false],
    [ssm, false],
    [ssm.toUpperCase(), false],
    ['amazonaws.com', false],
    ['.amazonaws.com', false],
    ['*.amazonaws.com', false],
    ['example.com, .svc  ,amazonaws.com', false],
    [`${ssm}:443`, false],
    [`${ssm}:8443`, true],
    ['onaws.com', true],
    ['amazonaws.com.cn', true],
    ['10.0.0.0/8', true],
    [',', true],
  ].map(([list, proxied]) => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: String(list) }
    return [`NO_PROXY=${String(list)}`, `https://${ssm}`, env, proxied === true] as const
  }),
  ...[
    ['10.0.0.0/8', false],
    ['10.1.2.0/23', false],
    ['10.1.4.0/23', true],
    ['10.1.3.4/32', false],
    ['0.0.0.0/0', false],
    ['10.1.3.0/40', true],
    ['10.1.3.4', false],
    ['10.1.3.4:443', false],
  ].map(([list, proxied]) => {
    const env = { HTTPS_PROXY: proxy, no_proxy: String(list) }
    return [`no_proxy=${String(list)}`, 'https://10.1.3.4', env, proxied === true] as const
  }),
  ...[
    ['2001:db8::1', false],
    ['2001:DB8:0:0::1', false],
    ['[2001:db8::1]:443', false],
    ['[2001:db8::1]:8443', true],
    ['2001:db8::2', true],
    ['2001:db8::/32', false],
    ['[2001:db8::]/32', false],
    ['2001:db8::/127', false],
    ['2001:db8::2/127', true],
    ['2001:db9::/32', true],
    ['::/0', false],
    ['2001:db8::/129', true],
    ['0.0.0.0/0', true],
    ['2001:db8::1::/32', true],
    ['10.0.0.0/8,fc00::/7', true],
  ].map(([list, proxied]) => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: String(list) }
    return [`IPv6, NO_PROXY=${String(list)}`, 'https://[2001:db8::1]', env, proxied === true] as const
  }),
  ['IPv6 range, IPv4', 'https://10.1.3.4', { HTTPS_PROXY: proxy, NO_PROXY: '::/0' }, true],
]
for (const [title, text, env, proxied] of cases) {
  const { protocol, hostname, port } = new URL(text)
  const found = proxyFor(protocol, hostname, Number(port || (protocol === 'https:' ? 443 : 80)), env)
  t.equal(found?.href, proxied ? `${proxy}/` : undefined, title)
}

for (const [protocol, port, upper] of [
  ['https:', 443, 'HTTPS_PROXY'],
  ['http:', 80, 'HTTP_PROXY'],
] as const) {
  const both = { [upper]: 'http://upper.example.com', [upper.toLowerCase()]: proxy }
  t.equal(proxyFor(protocol, ssm, port, both)?.href, `${proxy}/`, `${upper}: lower case has precedence`)
  const bypass = { ...both, NO_PROXY: '*', no_proxy: 'example.com' }
  t.equal(proxyFor(protocol, ssm, port, bypass)?.href, `${proxy}/`, 'no_proxy has precedence over NO_PROXY')
}

t.equal(
  proxyFor('https:', ssm, 443, { HTTPS_PROXY: 'proxy:3128' })?.href,
  'http://proxy:3128/',
  'without a scheme',
)

for (const text of ['http://proxy:3128', 'https://user:fakesecret@proxy', 'proxy:3128', ''])
  t.strictSame(validateProxyEnv({ HTTPS_PROXY: text }), [], text)
for (const text of [
  'socks5://user:fakesecret@proxy',
  'http://',
  'http://user:fakesecret@',
  'a b:fakesecret',
]) {
  const found = validateProxyEnv({ HTTP_PROXY: text })
  t.match(found, [{ env: 'HTTP_PROXY', message: 'HTTP_PROXY is not the address of an HTTP proxy' }], text)
  t.notMatch(JSON.stringify(found), 'fakesecret')
}
