import { spawn, type ChildProcess } from 'node:child_process'

// Reads `+ PID` and `- PID`. At the end of its input, which is the end of the runner however that came, it ends what is left, and the folder of payloads.
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

/** A process beside the runner that ends the programs it leaves behind when it is killed: their jobs will run elsewhere. */
export class Guard {
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

  /** The folder goes as well. */
  close (): void {
    this.#closed = true
    this.#shell.stdin!.end()
    this.#shell.ref()
  }

  #tell (line: string): void {
    if (this.#shell.stdin!.writable) this.#shell.stdin!.write(line)
  }

  // In a session of its own, so that what ends the runner's group does not end it.
  #start (): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', script, 'presque-run-guard', this.#folder, String(this.#killAfter)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
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
