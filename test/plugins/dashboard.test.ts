import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { exchange } from '../fixtures/wire.ts'
import { build, listen, patient } from '../helper.ts'

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

test('the built dashboard is served at / under a strict Content-Security-Policy, and nothing beside it', async t => {
  const app = await build(t, {}, { ...patient, web: built(t) })
  const { statusCode, headers, body } = await app.inject('/')
  t.strictSame([statusCode, body], [200, '<!doctype html>'])
  t.match(headers['content-type'], /^text\/html/)
  t.match(headers['content-security-policy'], /^default-src 'none'; script-src 'self'; style-src 'self'; /)
  t.notMatch(headers['content-security-policy'], /unsafe/)
  t.match(headers, { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin' })
  const script = await app.inject('/assets/a.js')
  t.strictSame([script.statusCode, script.body, script.headers['cache-control']], [200, 'let a', 'no-store'])
  for (const path of ['/secret', '/index.html', '/assets/', '/assets/b.js', '/assets/..%2fsecret']) t.equal((await app.inject(path)).statusCode, 404, path)
  t.equal((await app.inject({ method: 'POST', url: '/' })).statusCode, 405)
})

test('what the dashboard cannot serve is refused as everything else is, built or not, whatever form the URL has', async t => {
  const folder = built(t)
  for (const [web, refused] of [[null, 404], [folder, 400]] as const) {
    const { url } = await listen(t, {}, { ...patient, web })
    for (const line of ['GET *', 'GET /', 'GET /?', `GET ${url}/`, 'HEAD /']) {
      // A part that the page does not have.
      const [{ status, headers, body } = { status: 0, headers: {}, body: '' }] = await exchange(url, `${line} HTTP/1.1\r\nHost: x\r\nRange: bytes=99-\r\n\r\n`)
      t.strictSame([status, headers['cache-control'], headers['content-type']?.split(';')[0]], [refused, 'no-store', 'application/json'], line)
      if (!line.startsWith('HEAD')) t.strictSame(Object.keys(JSON.parse(body)), ['error'], body)
    }
  }
})
