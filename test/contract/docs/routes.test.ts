import { test } from 'tap'
import { build } from '../../support/server/app.ts'
import { read } from './markdown.ts'

/** A path as the docs write it: /j/NAME/ID/ack. */
function written (path: string): string {
  return path
    .replace('{id}', 'ID')
    .replace('{operation}', 'ID')
    .replace('{fingerprint}', 'FINGERPRINT')
    .replace(/\{\w+\}/, 'NAME')
    .replace(/(.)\/$/, '$1')
}

test('docs/reference/http.md names every route', async t => {
  const app = await build(t)
  const { paths } = app.swagger() as { paths: Record<string, Record<string, unknown>> }
  const rows = read('docs/reference/http.md')
    .split('\n')
    .filter(line => line.startsWith('| `'))
  const spans = rows.map(row => {
    return [...row.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map(([, span]) => span!)
  })
  // `POST /j/NAME/ID/nack`, `release` names two routes; so does `PUT /schedule/NAME`, `GET`.
  const named = spans
    .flatMap(([first = '', ...more]) =>
      more
        .flatMap(span => {
          if (span.includes('/')) return [span]
          const isMethod = /^[A-Z]+$/.test(span)
          return [isMethod ? first.replace(/^\w+/, span) : first.replace(/\w+$/, span)]
        })
        .concat(first)
    )
    .map(span => span.replace(/\?.*|\/$/, ''))
  const all = Object.entries(paths).flatMap(([path, methods]) => {
    return Object.keys(methods).map(method => `${method.toUpperCase()} ${written(path)}`)
  })
  t.ok(all.length > 40, `${all.length} routes`)
  t.strictSame(
    all.filter(route => !named.includes(route)),
    []
  )
})
