import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { test, type Test } from 'tap'
import { exchange } from '../../../support/http/raw-http.ts'
import { build, listen, patient } from '../../../support/server/app.ts'

/** A built dashboard of two files, and one beside it that is none of its own. */
function built (t: Test): string {
  const web = mkdtempSync(join(tmpdir(), 'presque-web-'))
  t.teardown(() => rmSync(web, { recursive: true }))
  mkdirSync(join(web, 'assets'))
  writeFileSync(join(web, 'index.html'), '<!doctype html>')
  writeFileSync(join(web, 'assets', 'a.js'), 'let a')
  writeFileSync(join(web, 'secret'), '')
  return web
}

test('the built dashboard is served at / under a strict Content-Security-Policy, ' +
  'and nothing beside it', async t => {
  const app = await build(t, {}, { ...patient, web: built(t) })
  const { statusCode, headers, body } = await app.inject('/')
  t.strictSame([statusCode, body], [200, '<!doctype html>'])
  t.match(headers['content-type'], /^text\/html/)
  t.match(
    headers['content-security-policy'],
    /^default-src 'none'; script-src 'self'; style-src 'self'; /
  )
  t.notMatch(headers['content-security-policy'], /unsafe/)
  t.match(headers, {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin'
  })
  const script = await app.inject('/assets/a.js')
  t.strictSame(
    [script.statusCode, script.body, script.headers['cache-control']],
    [200, 'let a', 'no-store']
  )
  for (const path of [
    '/secret',
    '/index.html',
    '/assets/',
    '/assets/b.js',
    '/assets/..%2fsecret'
  ]) {
    t.equal((await app.inject(path)).statusCode, 404, path)
  }
  t.equal((await app.inject({ method: 'POST', url: '/' })).statusCode, 405)
})

test('files come from memory, compressed where the client reads it, ' +
  'and those named by their content for good', async t => {
  const web = built(t)
  const text = 'let a = 1\n'.repeat(1000)
  writeFileSync(join(web, 'assets', 'a-Bc3_x-9Z.js'), text)
  const app = await build(t, {}, { ...patient, web })
  rmSync(join(web, 'assets'), { recursive: true })
  const ask = async (accepted: string, path = '/assets/a-Bc3_x-9Z.js', more = {}) =>
    await app.inject({ url: path, headers: { 'accept-encoding': accepted, ...more } })
  for (const [accepted, coding, read] of [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['identity', undefined, String],
    ['', undefined, String]
  ] as const) {
    const { statusCode, headers, rawPayload } = await ask(accepted)
    t.match(
      [statusCode, headers['content-encoding'], String(read(rawPayload))],
      [200, coding, text],
      accepted
    )
    t.match(headers, {
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      'x-frame-options': 'DENY'
    })
  }
  const {
    headers: { etag }
  } = await ask('br')
  const again = await ask('br', undefined, { 'if-none-match': etag })
  t.strictSame([again.statusCode, again.body], [304, ''])
  const refused = await ask('br', '/assets/nope-Bc3_x-9Z.js')
  t.match([refused.statusCode, refused.headers['cache-control']], [404, 'no-store'])
  for (const path of [
    '/docs/static/swagger-ui-bundle.js',
    '/docs/static/swagger-ui.css',
    '/openapi.json',
    '/docs/json'
  ]) {
    const { statusCode, headers, rawPayload } = await ask('br', path)
    t.match(
      [statusCode, headers['content-encoding'], headers['cache-control']],
      [200, 'br', 'no-store'],
      path
    )
    const whole = await ask('', path)
    t.equal(String(brotliDecompressSync(rawPayload)), whole.body, path)
  }
})

test('what the dashboard cannot serve is refused as everything else is, built or not, ' +
  'whatever form the URL has', async t => {
  const folder = built(t)
  for (const [web, refused] of [
    [null, 404],
    [folder, 400]
  ] as const) {
    const { url } = await listen(t, {}, { ...patient, web })
    for (const line of ['GET *', 'GET /', 'GET /?', `GET ${url}/`, 'HEAD /']) {
      // A part that the page does not have.
      const [{ status, headers, body } = { status: 0, headers: {}, body: '' }] = await exchange(
        url,
        `${line} HTTP/1.1\r\nHost: x\r\nRange: bytes=99-\r\n\r\n`
      )
      t.strictSame(
        [status, headers['cache-control'], headers['content-type']?.split(';')[0]],
        [refused, 'no-store', 'application/json'],
        line
      )
      if (!line.startsWith('HEAD')) t.strictSame(Object.keys(JSON.parse(body)), ['error'], body)
    }
  }
})
