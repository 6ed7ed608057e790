import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

const tests = fileURLToPath(new URL('..', import.meta.url))

/** The test files of some places of test/, each a file or a folder with all that is below it. */
export function testFiles (...places: string[]): string[] {
  return places.flatMap(filesAt).map(path => tests + path)
}

function filesAt (place: string): string[] {
  if (statSync(tests + place).isFile()) return [place]
  const names = readdirSync(tests + place, { recursive: true, encoding: 'utf8' })
  return names
    .filter(name => name.endsWith('.test.ts'))
    .sort()
    .map(name => `${place}/${name}`)
}

/**
 * Runs test files in this process: most of what one takes by itself is to start. All are loaded
 * before the first test begins, for to load one may take seconds in which nothing else is done.
 */
export async function runTogether (files: string[]): Promise<void> {
  await test('the test files are loaded', async t => {
    for (const file of files) await import(file)
    t.ok(files.length > 0)
  })
}
