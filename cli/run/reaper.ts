import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'

// Reads `+ PID` and `- PID`. Its input ends when the runner ends, in whatever way. Then it ends the
// programs that are left, and removes the folder of payloads.
const script = `
groups=
while read -r verb pid; do
  case $verb in
    +) groups="$groups $pid" ;;
    -) left=; for one in $groups; do [ "$one" = "$pid" ] || left="$left $one"; done; groups=$left ;;
  esac
done
for one in $groups; do kill -s TERM -- "-$one"; done
[ -z "$groups" ] || sleep "$2"
for one in $groups; do kill -s KILL -- "-$one"; done
rm -rf -- "$1"
`

/**
 * A process beside the runner. When the runner is killed, it ends the programs that are left: their
 * jobs will run elsewhere.
 */
export class Reaper {
  readonly #folder: string
  readonly #killAfter: number
  readonly #groups = new Set<number>()
  #shell: ChildProcess
  #closed = false

  constructor (folder: string, killAfter: number) {
    this.#folder = folder
    this.#killAfter = killAfter
    this.#shell = this.#start()
  }

  add (pid: number): void {
    this.#groups.add(pid)
    this.#tell(`+ ${pid}\n`)
  }

  remove (pid: number): void {
    this.#groups.delete(pid)
    this.#tell(`- ${pid}\n`)
  }

  /** Ends it; it removes the folder as well. */
  close (): void {
    this.#closed = true
    this.#shell.stdin!.end()
    this.#shell.ref()
  }

  #tell (line: string): void {
    if (this.#shell.stdin!.writable) this.#shell.stdin!.write(line)
  }

  // In a session of its own: a signal to the runner's group must not end it.
  #start (): ChildProcess {
    const args = ['-c', script, 'presque-run-guard', this.#folder, String(this.#killAfter)]
    const stdio: StdioOptions = ['pipe', 'ignore', 'ignore']
    const shell = spawn('/bin/sh', args, { stdio, detached: true })
    shell.stdin!.on('error', () => {})
    shell.on('error', () => {})
    shell.once('exit', () => {
      if (this.#closed) return
      this.#shell = this.#start()
      for (const pid of this.#groups) this.#tell(`+ ${pid}\n`)
    })
    shell.unref()
    return shell
  }
}
