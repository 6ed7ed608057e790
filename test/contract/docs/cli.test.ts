import { test } from 'tap'
import { commands } from '../../../cli/commands.ts'
import { exits } from '../../../cli/io/exit.ts'
import { parse } from '../../../cli/main.ts'
import { blocks, read } from './markdown.ts'

const page = 'docs/reference/cli.md'
const lines = blocks(page, 'sh').flatMap(block => block.trimEnd().split('\n'))

/** The words of a shell line from `presque` on, up to a pipe or a redirection. */
function words (line: string): string[] {
  const [, command] = /(?:^|\| )presque (.*?)(?: (?:\||>>|<) .*)?$/.exec(line)!
  return [...command!.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
}

test('every example of docs/reference/cli.md is a command, and every command has one', async t => {
  const named = new Set<string>()
  for (const line of lines) {
    const args = words(line)
    named.add(args[0]!)
    if (args[0] === 'completion') continue
    const { chosen } = await parse(args)
    t.ok(chosen, line)
  }
  t.strictSame([...named].sort(), [...Object.keys(commands), 'completion'].sort())
})

test('docs/reference/cli.md tells every exit code', async t => {
  const codes = [...read(page).matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code))
  t.strictSame(codes, Object.values(exits))
})
