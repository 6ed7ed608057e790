import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'tap'
import { build } from '../support/server/app.ts'
import { pins, type Pins } from './pins.ts'

const pinned = new URL('pins.json', import.meta.url)

test('what others rely on is what it was, or pins.json says otherwise', async t => {
  const found = await pins(await build(t))
  if (process.env['PINS'] === 'write') writeFileSync(pinned, JSON.stringify(found, null, 2) + '\n')
  const known = JSON.parse(readFileSync(pinned, 'utf8')) as Pins
  for (const part of Object.keys(found) as Array<keyof Pins>) {
    t.strictSame(found[part], known[part], part)
  }
})
