import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { build, patient } from '../helper.ts'

test('the built dashboard is served at / under a strict Content-Security-Policy, and nothing beside it', async t => {
  const web = mkdtempSync(join(tmpdir(), 'presque-web-'))
  t.teardown(() => rmSync(web, { recursive: true }))
  mkdirSync(join(web, 'assets'))
  writeFileSync(join(web, 'index.html'), '<!doctype html>')
  writeFileSync(join(web, 'assets', 'a.js'), 'let a')
  writeFileSync(join(web, 'secret'), '')
  const app = await build(t, {}, { ...patient, web })
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
