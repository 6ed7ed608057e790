import yargs, { type Argv } from 'yargs'
import manifest from '../package.json' with { type: 'json' }
import { Call, type Arguments, type Command } from './command.ts'
import { commands } from './commands.ts'
import { failure, Usage, exits } from './failure.ts'
import { write, type Surroundings } from './surroundings.ts'

const epilogue = `Environment: PRESQUE_URL (http://127.0.0.1:5000), PRESQUE_TOKEN.
On a terminal it speaks to people; in a pipe, or with --json, in lines of JSON.
Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 nothing there, 4 not reachable, 5 refused by token.`

// These two read their arguments themselves.
const alone = ['import', 'token']

/** `presque` with these arguments: its exit code. */
export async function main (args: string[], io: Surroundings): Promise<number> {
  const url = new Call({}, [], io).url
  try {
    if (alone.includes(args[0] ?? '')) return await execute((await commands[args[0]!]!.load()).default, new Call({}, args.slice(1), io))
    const { chosen, said } = await parse(args)
    if (chosen === undefined) await write(io.output, said === '' ? '' : `${said}\n`)
    return chosen === undefined ? exits.done : await execute(chosen.command, new Call(chosen.args, chosen.rest, io))
  } catch (error) {
    const { message, exit } = failure(error, url)
    io.errors.write(`presque: ${message}\n`)
    return exit
  }
}

async function execute (command: Command, call: Call): Promise<number> {
  return await command.run(call) ?? exits.done
}

interface Chosen { command: Command, args: Arguments, rest: string[] }

// What is chosen, unless there is only something to be said: help, the version, completions.
export async function parse (given: string[]): Promise<{ chosen: Chosen | undefined, said: string }> {
  const { args, rest } = split(given)
  if (args[0] === 'completion' && args.length === 1) return { chosen: undefined, said: completion() }
  let chosen: Chosen | undefined
  const parser = grammar((command, args) => { chosen = { command, args, rest } })
  let said = ''
  let wrong: Error | undefined
  // It may be called twice: once with nothing, and once with what there is to say.
  await parser.parseAsync(args, {}, (error: Error | undefined, _: unknown, output: string) => {
    wrong ??= error
    said += output
  })
  if (wrong) throw new Usage(sentence(wrong, args))
  if (chosen === undefined && said === '' && args[0] !== '--get-yargs-completions') throw new Usage("which command? 'presque --help' lists them")
  return { chosen: said === '' ? chosen : undefined, said }
}

// For the shell in SHELL: zsh, or else bash. A strict parser takes it for an argument that it does not know.
function completion (): string {
  let script = ''
  void yargs().scriptName('presque').completion('completion', false).exitProcess(false).parse(['completion'], {}, (_: unknown, __: unknown, output: string) => { script = output })
  return script
}

// What `run` runs has options of its own.
// A lone - is lost in the parser, so it goes through it as what means the same.
function split (given: string[]): { args: string[], rest: string[] } {
  const at = given[0] === 'run' ? given.indexOf('--') : -1
  const args = (at < 0 ? given : given.slice(0, at)).map(arg => arg === '-' ? '@-' : arg)
  return { args, rest: at < 0 ? [] : given.slice(at + 1) }
}

function grammar (choose: (command: Command, args: Arguments) => void): Argv {
  const parser = yargs().scriptName('presque').version(manifest.version).locale('en').wrap(110).exitProcess(false)
    .usage('$0 <command>: a job queue over HTTP. `$0 <command> --help` shows how.')
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false, 'dot-notation': false, 'duplicate-arguments-array': false, 'camel-case-expansion': false })
    .option('json', { type: 'boolean', description: 'Lines of JSON, on a terminal too', global: true })
    .completion('completion', 'Print what teaches bash or zsh to complete commands')
    .strict().help().alias('help', 'h').epilogue(epilogue).showHelpOnFail(false)
  for (const { usage, about, load } of Object.values(commands)) {
    let command: Command
    parser.command(usage, about, async (one: Argv) => {
      command = (await load()).default
      return teach(one, usage, command)
    }, args => choose(command, args))
  }
  return parser
}

function teach (parser: Argv, usage: string, { positionals = {}, options = {}, examples }: Command): Argv {
  for (const [name, settings] of Object.entries(positionals)) parser.positional(name, settings)
  for (const [command, about] of examples) parser.example(command, about)
  return parser.usage(`presque ${usage}`).options(options)
}

function sentence ({ message }: Error, [command]: string[]): string {
  const help = `'presque ${command !== undefined && command in commands ? `${command} ` : ''}--help' shows how`
  if (/^Not enough non-option arguments/.test(message)) return `something is missing: ${help}`
  return `${message.split('\n')[0]!.replace(/^./, first => first.toLowerCase())}; ${help}`
}
