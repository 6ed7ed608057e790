import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import Fastify, { type RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { test, type Test } from 'tap'
import presque, { options } from '../../app.ts'
import { operations, request, type Operation } from '../support/http/openapi-document.ts'
import { startRedis } from '../support/redis/redis.ts'
import { build } from '../support/server/app.ts'

// What answers, and is not in the document: a missing name, the document itself, and its reader.
const hidden = ['/', '/q', '/qb', '/j', '/control', '/openapi.json']
const hiddenAsWell = ['POST /w', 'DELETE /w']

const changesNothing = ['PUT /qb/{queue}', 'DELETE /qb/{queue}']

async function withRoutes (t: Test) {
  const routes: RouteOptions[] = []
  const app = Fastify(options)
  app.addHook('onRoute', route => {
    routes.push(route)
  })
  await app.register(fp(presque), {
    config: { LOG_LEVEL: 'silent', REDIS_URL: (await startRedis(t)).url }
  })
  await app.ready()
  t.teardown(async () => await app.close())
  return { app, routes }
}

test('the document is valid OpenAPI 3.1, and what /openapi.json answers', async t => {
  const app = await build(t)
  const { statusCode, headers, body } = await app.inject('/openapi.json')
  t.equal(statusCode, 200)
  t.match(headers['content-type'], /^application\/json/)
  const document = JSON.parse(body)
  t.match(document.openapi, /^3\.1\./)
  t.strictSame(await new Validator().validate(document), { valid: true })
  t.strictSame(document, JSON.parse(JSON.stringify(app.swagger())))
})

test('every route that answers is in the document, or hidden on purpose', async t => {
  const { app, routes } = await withRoutes(t)
  const documented = operations(app).map(({ name }) => name)
  const found: string[] = []
  for (const { method, url, schema } of routes) {
    for (const name of [method]
      .flat()
      .map(one => `${one} ${url.replace(/(.)\/$/, '$1').replaceAll(/:(\w+)/g, '{$1}')}`)) {
      // HEAD goes with GET, and a method that is refused is no route.
      if (documented.includes(name)) found.push(name)
      else if (!schema?.hide) {
        t.ok(
          name.startsWith('HEAD ') && documented.includes(name.replace('HEAD', 'GET')),
          `${name} is documented`
        )
      } else if (!name.startsWith('CONNECT ')) await isHidden(name)
    }
  }
  t.strictSame([...new Set(found)].sort(), documented.sort(), 'and nothing else is in it')

  async function isHidden (name: string): Promise<void> {
    const [method, path] = name.split(' ') as ['GET', string]
    if (
      hidden.includes(path) ||
      /^\/(docs|assets)(\/|$)/.test(path) ||
      hiddenAsWell.includes(name)
    ) {
      return
    }
    const { statusCode } = await app.inject({
      method,
      url: path.replace('{queue}', 'mail').replace('{id}', '1')
    })
    t.equal(statusCode, 405, `${name} is not hidden`)
  }
})

test('every operation says what it is for, each parameter and answer what it means', async t => {
  const app = await build(t)
  const tags = app.swagger().tags!.map(({ name }) => name)
  const summaries = new Map<string, string>()
  for (const { name, summary = '', tags: own = [], parameters = [], responses } of operations(
    app
  )) {
    t.match(summary, /^[A-Z]/, name)
    summaries.set(name, summary)
    t.equal(own.length, 1, name)
    t.ok(tags.includes(own[0]!), `${name}: ${own}`)
    for (const parameter of parameters) t.ok(parameter.description, `${name} ${parameter.name}`)
    for (const [status, { description }] of Object.entries(responses)) {
      t.notMatch(description, /^Default Response$/, `${name} ${status}`)
    }
  }
  for (const name of changesNothing) summaries.delete(name)
  t.equal(new Set(summaries.values()).size, summaries.size, 'no two say the same')
})

test('every operation declares the errors that it can give', async t => {
  const app = await build(t)
  for (const operation of operations(app).filter(
    ({ name }) => ![...changesNothing, ...open].includes(name)
  )) {
    const { name, responses, requestBody } = operation
    const asksRedis = !asksNoRedis.includes(name)
    // It tells as well that Redis is away.
    const needsRedis = asksRedis && name !== 'GET /metrics'
    const expected = [
      '400',
      '401',
      '403',
      '429',
      ...(asksRedis ? ['500'] : []),
      ...(needsRedis ? ['503'] : []),
      ...(changes(operation) ? ['507'] : []),
      ...(requestBody === undefined ? [] : ['413'])
    ]
    for (const status of expected) t.ok(responses[status], `${name} declares ${status}`)
    t.ok(
      Object.keys(responses).some(status => status.startsWith('2')),
      name
    )
    t.equal('500' in responses, asksRedis, `${name} 500`)
    t.equal('503' in responses, needsRedis, `${name} 503`)
  }
  for (const name of changesNothing) {
    t.strictSame(
      Object.keys(operations(app).find(one => one.name === name)!.responses),
      ['400', '401', '403', '429'],
      name
    )
  }
})

const asksNoRedis = ['GET /access']
const open = ['GET /health/live', 'GET /health/ready']

function changes ({ method, path }: Operation): boolean {
  return method !== 'GET' || path.startsWith('/q')
}

test('what may be left out is not called required', async t => {
  const app = await build(t)
  for (const operation of operations(app).filter(({ name }) => !changesNothing.includes(name))) {
    const { name, path, parameters = [], requestBody } = operation
    const required = parameters.filter(({ required }) => required)
    const inQuery = required.filter(parameter => parameter.in === 'query')
    const inPath = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name)
    t.strictSame(
      required.filter(parameter => !inQuery.includes(parameter)).map(({ name }) => name),
      inPath,
      name
    )
    t.not(
      (await app.inject(request(operation))).statusCode,
      400,
      `${name} with no more than it must have`
    )
    for (const { name: missing } of inQuery) {
      const { query, ...rest } = request(operation)
      const { [missing]: _, ...others } = query as Record<string, string>
      t.equal(
        (await app.inject({ ...rest, query: others })).statusCode,
        400,
        `${name} without ${missing}`
      )
    }
    if (requestBody === undefined) continue
    const { payload, query, ...rest } = request(
      operation,
      {},
      { headers: { 'content-type': 'application/json' } }
    )
    const { statusCode } = await app.inject({
      ...rest,
      query: { ...(query as object), ...(path.startsWith('/w') && { worker_id: 'w1' }) }
    })
    t.equal(statusCode === 400, requestBody.required, `${name} without a body: ${statusCode}`)
  }
})

test('a wait is bounded in the document as in the server, and its example is within', async t => {
  const app = await build(t, { PRESQUE_MAX_WAIT: 2 })
  const { paths } = JSON.parse((await app.inject('/openapi.json')).body)
  const operations = Object.values<
    Record<string, { parameters?: Array<{ name: string; schema: object; example: number }> }>
  >(paths).flatMap(path => Object.values(path))
  const waits = operations
    .flatMap(({ parameters = [] }) => parameters)
    .filter(({ name }) => name === 'wait')
  t.ok(waits.length > 5, `${waits.length} of them`)
  for (const { schema, example } of waits) {
    t.match(schema, { minimum: 0, maximum: 2 })
    t.equal(example, 2)
  }
  t.equal((await app.inject('/q/mail?wait=2.5')).statusCode, 400)
})

test('the document says what the members of a body must be together, ' +
  'and each such body is refused', async t => {
  const app = await build(t)
  const { paths } = JSON.parse((await app.inject('/openapi.json')).body)
  const cases: Array<[string, string, object[], object[]]> = [
    [
      '/schedule/{name}',
      'put',
      [{}, { cron: '* * * * *', every: 60 }, { every: 60, tz: 'Europe/Berlin' }],
      [
        { every: 60, tz: 'UTC' },
        { cron: '* * * * *', tz: 'Europe/Berlin' }
      ]
    ],
    [
      '/control/{queue}',
      'post',
      [{ for: 5 }, { for: 5, status: 'start', action: 'stop' }],
      [{ for: 5, action: 'stop' }, { for: 5, status: 'stop' }, { tries: 3 }]
    ]
  ]
  for (const [path, method, bad, good] of cases) {
    const { schema } = paths[path][method].requestBody.content['application/json']
    const fits = new Ajv({ strict: false }).compile({ allOf: schema.allOf })
    const more = method === 'put' ? { queue: 'mail', payload: {} } : {}
    for (const [bodies, isGood] of [
      [bad, false],
      [good, true]
    ] as const) {
      for (const body of bodies) {
        const payload = { ...more, ...body }
        t.equal(fits(payload), isGood, JSON.stringify(payload))
        const { statusCode } = await app.inject({
          method: method as 'PUT',
          url: path.replace(/{\w+}/, 'mail'),
          payload
        })
        t.equal(statusCode < 300, isGood, JSON.stringify(payload))
      }
    }
  }
})

test('each link leads to an operation, with each parameter of its path or receipt', async t => {
  const app = await build(t)
  const all = operations(app)
  const links = all
    .flatMap(({ responses }) => Object.values(responses))
    .flatMap(({ links = {} }) => Object.values(links))
  t.ok(links.length > 30, `${links.length} links`)
  for (const { operationRef, parameters } of links) {
    const [path, method] = operationRef
      .replace('#/paths/', '')
      .split('/')
      .map(part => decodeURIComponent(part).replaceAll('~1', '/'))
    const operation = all.find(({ name }) => name === `${method!.toUpperCase()} ${path}`)
    const needed = (operation?.parameters ?? [])
      .filter(({ required }) => required)
      .map(({ name }) => name)
    t.strictSame(Object.keys(parameters).toSorted(), needed.toSorted(), operationRef)
  }
})

test('/docs is served whole by the server itself', async t => {
  const app = await build(t)
  for (const page of ['/docs', '/docs/']) {
    const { statusCode, headers, body } = await app.inject(page)
    t.equal(statusCode, 200, page)
    t.match(headers['content-type'], /^text\/html/)
    t.notMatch(body, /https?:/, page)
    const assets = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, path]) => new URL(path!, `http://x${page}`).pathname
    )
    t.ok(assets.length >= 5, assets.join())
    for (const path of assets) {
      const asset = await app.inject(path)
      t.equal(asset.statusCode, 200, path)
      if (path.endsWith('.css')) t.notMatch(asset.body, /@import|url\(["']?https?:/, path)
      if (path.endsWith('initializer.js')) t.notMatch(asset.body, /["'`](https?:)?\/\/[a-z]/, path)
    }
  }
  const { body } = await app.inject('/docs/static/swagger-initializer.js')
  t.match(body, 'validatorUrl: null', 'the bundle would ask a validator on the net')
  const spec = await app.inject('/docs/json')
  t.strictSame(spec.json(), JSON.parse(JSON.stringify(app.swagger())), 'and shows this document')
})

test('a path that leads out of /docs is refused', async t => {
  const app = await build(t)
  for (const url of [
    '/docs/static/..%2f..%2fpackage.json',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/docs/static/..%5cpackage.json',
    '/docs/static/%00',
    '/docs/static//etc/passwd'
  ]) {
    const { statusCode, body } = await app.inject(url)
    t.ok(statusCode === 400 || statusCode === 404, `${url}: ${statusCode}`)
    t.strictSame(Object.keys(JSON.parse(body)), ['error'], url)
  }
})
