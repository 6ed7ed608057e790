import { test } from 'tap'
import { Config } from '../../schemas/config.ts'
import { read } from './markdown.ts'

test('docs/reference/settings.md names every setting, with its default', async t => {
  const rows = [...read('docs/reference/settings.md').matchAll(/^\| `([A-Z_]+)` \| (?:`(.*?)`)? ?\|/gm)]
  const told = Object.fromEntries(rows.map(([, name, value = '']) => [name, value]))
  const known = Object.fromEntries(Object.entries(Config.properties).map(([name, schema]) => [name, String(schema.default)]))
  t.strictSame(told, known)
})
