import yargs, { type Argv } from 'yargs'
import manifest from '../package.json' with { type: 'json' }
import { Call, inSeconds, type Arguments, type Command, type Option } from './command.ts'
import { commands } from './commands.ts'
import { failure, Usage, exits } from './io/exit.ts'
import { ReaderGone, write, type Surroundings } from './io/surroundings.ts'

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
    if (error instanceof ReaderGone) return exit
    io.errors.write(`presque: ${message}\n`)
    return exit
  }
}

async function execute (command: Command, call: Call): Promise<number> {
  return await command.run(call) ?? exits.done
}

const completionHelp = `presque completion

Prints what teaches the shell in SHELL, zsh or bash, to complete commands and options.

Examples:
  presque completion >> ~/.bashrc                 for bash
  SHELL=zsh presque completion >> ~/.zshrc        for zsh`

interface Chosen { command: Command, args: Arguments, rest: string[] }

// What is chosen, unless there is only something to be said: help, the version, completions.
export async function parse (given: string[]): Promise<{ chosen: Chosen | undefined, said: string }> {
  const { args, rest } = split(given)
  if (args[0] === 'completion' && args.length === 1) return { chosen: undefined, said: completion() }
  if (args[0] === 'completion' && args.some(arg => ['--help', '-h'].includes(arg))) return { chosen: undefined, said: completionHelp }
  let chosen: Chosen | undefined
  const parser = grammar((command, args) => { chosen = { command, args, rest } })
  let said = ''
  let wrong: Error | undefined
  // It may be called twice: once with nothing, and once with what there is to say.
  await parser.parseAsync(args, {}, (error: Error | undefined, _: unknown, output: string) => {
    wrong ??= error
    said += output
  }).catch((error: Error) => { wrong ??= error })
  if (wrong) throw new Usage(sentence(wrong, args))
  if (chosen !== undefined) readOptions(chosen)
  if (chosen === undefined && said === '' && args[0] !== '--get-yargs-completions') throw new Usage("which command? 'presque --help' lists them")
  return { chosen: said === '' ? chosen : undefined, said }
}

// Of an option that is given twice the last counts. Were the parser told so, of several queues only the last came through.
function readOptions ({ command: { options = {} }, args }: Chosen): void {
  for (const [option, { isSpan }] of Object.entries<Option>({ json: {}, ...options })) {
    if (Array.isArray(args[option])) args[option] = args[option].at(-1)
    if (isSpan && args[option] !== undefined) args[option] = inSeconds(args[option], option)
  }
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
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false, 'dot-notation': false, 'camel-case-expansion': false })
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
  const entry = command !== undefined ? commands[command] : undefined
  const help = `'presque ${entry === undefined ? '' : `${command} `}--help' shows how`
  if (/^Not enough non-option arguments/.test(message)) return `something is missing: presque ${entry?.usage}; ${help}`
  const [, option, given, choices] = /Argument: (.+), Given: "(.*)", Choices: (.*)/.exec(message) ?? []
  if (option !== undefined) return `${entry?.usage.includes(`${option}>`) ? option : `--${option}`} is one of ${choices!.replaceAll('"', '')}, not '${given}'; ${help}`
  const [, missing] = /^Not enough arguments following: (.+)/.exec(message) ?? []
  if (missing !== undefined) return `--${missing} needs a value; ${help}`
  return `${message.split('\n')[0]!.replace(/^./, first => first.toLowerCase())}; ${help}`
}
