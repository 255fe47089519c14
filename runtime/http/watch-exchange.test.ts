import t from 'tap'
import type { HttpRequest, HttpResponse } from './http-exchange.ts'
import { watchExchange } from './watch-exchange.ts'

t.test('what has been called and has not responded is known, the longest first', async (t) => {
  const calls = new Map<string, ReturnType<typeof Promise.withResolvers<HttpResponse>>>()
  const { exchange, pending } = watchExchange(({ url }) => {
    const call = Promise.withResolvers<HttpResponse>()
    calls.set(url, call)
    return call.promise
  })
  const request = (service: string, url: string): HttpRequest => ({
    service,
    url,
    method: 'GET',
    headers: {},
    timeout: 1,
  })
  t.equal(pending(), undefined, 'before the first call')

  const first = exchange(request('STS', 'https://sts.example/'))
  const second = exchange(request('SSM', 'https://ssm.example:8443/'))
  t.strictSame(pending(), { service: 'STS', host: 'sts.example' })

  const response = { status: 200, headers: {}, body: '' }
  calls.get('https://sts.example/')?.resolve(response)
  t.equal(await first, response)
  t.strictSame(pending(), { service: 'SSM', host: 'ssm.example:8443' })

  calls.get('https://ssm.example:8443/')?.reject(new Error('lost'))
  await t.rejects(second, { message: 'lost' })
  t.equal(pending(), undefined, 'one that failed is over')
})
