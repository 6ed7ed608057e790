import yargs, { type Argv } from 'yargs'
import manifest from '../package.json' with { type: 'json' }
import { Call, inSeconds, type Arguments, type Command, type Option } from './command.ts'
import { commands } from './commands.ts'
import { failure, Usage, exits } from './io/exit.ts'
import { ReaderGone, write, type Surroundings } from './io/surroundings.ts'

const epilogue = `Environment: PRESQUE_URL (http://127.0.0.1:5000), PRESQUE_TOKEN.
On a terminal it speaks to people; in a pipe, or with --json, in lines of JSON.
Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 nothing there, 4 not reachable, \
5 refused by token.`

/** Runs `presque` with these arguments. Resolves with its exit code. */
export async function main (args: string[], io: Surroundings): Promise<number> {
  const { url } = new Call({}, [], io)
  try {
    const { chosen, said } = await parse(args)
    if (chosen !== undefined) return await execute(chosen, io)
    await write(io.output, said === '' ? '' : `${said}\n`)
    return exits.done
  } catch (error) {
    const { message, exit } = failure(error, url)
    if (!(error instanceof ReaderGone)) io.errors.write(`presque: ${message}\n`)
    return exit
  }
}

async function execute ({ command, args, rest }: Chosen, io: Surroundings): Promise<number> {
  return await command.run(new Call(args, rest, io)) ?? exits.done
}

const completionHelp = `presque completion

Prints what teaches the shell in SHELL, zsh or bash, to complete commands and options.

Examples:
  presque completion >> ~/.bashrc                 for bash
  SHELL=zsh presque completion >> ~/.zshrc        for zsh`

interface Chosen { command: Command, args: Arguments, rest: string[] }

interface Parsed { chosen: Chosen | undefined, said: string }

/** The command that is chosen; or a text that is asked for: help, version, completions. */
export async function parse (given: string[]): Promise<Parsed> {
  const { args, rest } = split(given)
  const isHelp = args.some(arg => ['--help', '-h'].includes(arg))
  if (args[0] === 'completion') {
    if (args.length === 1) return { chosen: undefined, said: completion() }
    if (isHelp) return { chosen: undefined, said: completionHelp }
  }
  const { chosen, said } = await parseCommand(args, rest)
  if (chosen !== undefined) readOptions(chosen)
  if (chosen === undefined && said === '' && args[0] !== '--get-yargs-completions') {
    throw new Usage("which command? 'presque --help' lists them")
  }
  return { chosen: said === '' ? chosen : undefined, said }
}

async function parseCommand (args: string[], rest: string[]): Promise<Parsed> {
  const parsed: Parsed = { chosen: undefined, said: '' }
  let wrong: Error | null | undefined
  const parser = grammar((command, args) => {
    parsed.chosen = { command, args, rest }
  })
  // yargs may call this twice: once with nothing, and once with a text.
  const onParsed = (error: Error | null | undefined, _: unknown, output: string) => {
    wrong ??= error
    parsed.said += output
  }
  await parser.parseAsync(args, {}, onParsed).catch((error: Error) => {
    wrong ??= error
  })
  if (wrong) throw new Usage(sentence(wrong, args))
  return parsed
}

// Of an option that is given twice the last counts, unless it is a list. Were yargs told so, it
// would keep only the last of several queues, too.
function readOptions ({ command: { options = {} }, args }: Chosen): void {
  const all: Array<[string, Option]> = Object.entries({ json: {}, ...options })
  for (const [option, { isSpan, isList }] of all) {
    if (isList && args[option] !== undefined) args[option] = [args[option]].flat()
    else if (Array.isArray(args[option])) args[option] = args[option].at(-1)
    if (isSpan && args[option] !== undefined) args[option] = inSeconds(args[option], option)
  }
}

// For the shell in SHELL: zsh, or else bash. A strict parser would reject the argument.
function completion (): string {
  let script = ''
  const keep = (_: unknown, __: unknown, output: string) => {
    script = output
  }
  const parser = yargs().scriptName('presque').completion('completion', false).exitProcess(false)
  void parser.parse(['completion'], {}, keep)
  return script
}

// The program that `run` runs has options of its own. yargs loses a single -, so that it becomes
// @-, which means the same.
function split (given: string[]): { args: string[], rest: string[] } {
  const at = given[0] === 'run' ? given.indexOf('--') : -1
  const args = (at < 0 ? given : given.slice(0, at)).map(arg => arg === '-' ? '@-' : arg)
  return { args, rest: at < 0 ? [] : given.slice(at + 1) }
}

const configuration = {
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'dot-notation': false,
  'camel-case-expansion': false
}

function grammar (choose: (command: Command, args: Arguments) => void): Argv {
  const parser = yargs().scriptName('presque').version(manifest.version).locale('en').wrap(110)
    .exitProcess(false)
    .usage('$0 <command>: a job queue over HTTP. `$0 <command> --help` shows how.')
    .parserConfiguration(configuration)
    .option('json', {
      type: 'boolean', description: 'Lines of JSON, on a terminal too', global: true
    })
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

function teach (parser: Argv, usage: string, command: Command): Argv {
  const { positionals = {}, options = {}, examples } = command
  for (const [name, settings] of Object.entries(positionals)) parser.positional(name, settings)
  for (const [line, about] of examples) parser.example(line, about)
  return parser.usage(`presque ${usage}`).options(options)
}

/** What yargs found wrong, as one sentence. */
function sentence ({ message }: Error, [command]: string[]): string {
  const entry = command !== undefined ? commands[command] : undefined
  const help = `'presque ${entry === undefined ? '' : `${command} `}--help' shows how`
  if (/^Not enough non-option arguments/.test(message)) {
    return `something is missing: presque ${entry?.usage}; ${help}`
  }
  const wrongChoice = /Argument: (.+), Given: "(.*)", Choices: (.*)/
  const [, option, given, choices] = wrongChoice.exec(message) ?? []
  if (option !== undefined) {
    const named = entry?.usage.includes(`${option}>`) ? option : `--${option}`
    return `${named} is one of ${choices!.replaceAll('"', '')}, not '${given}'; ${help}`
  }
  const [, missing] = /^Not enough arguments following: (.+)/.exec(message) ?? []
  if (missing !== undefined) return `--${missing} needs a value; ${help}`
  return `${message.split('\n')[0]!.replace(/^./, first => first.toLowerCase())}; ${help}`
}
