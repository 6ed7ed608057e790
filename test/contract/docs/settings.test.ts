import { test } from 'tap'
import { Config } from '../../../schemas/config.ts'
import { read } from './markdown.ts'

test('docs/reference/settings.md names every setting, with its default', async t => {
  const page = read('docs/reference/settings.md')
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (?:`(.*?)`)? ?\|/gm)]
  const told = Object.fromEntries(rows.map(([, name, value = '']) => [name, value]))
  const settings = Object.entries(Config.properties)
  const known = Object.fromEntries(settings.map(([name, schema]) => [name, String(schema.default)]))
  t.strictSame(told, known)
})
