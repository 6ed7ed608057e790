import {
  copyFileSync, cpSync, existsSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync,
  statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { failure, run, say } from './setup/shell.mjs'
import { provideBrowser } from './setup/browser.mjs'
import { provideLuacheck } from './setup/luacheck.mjs'
import { provideRedis } from './setup/redis.mjs'

// Plain JavaScript without packages: this program fetches them.
const script = fileURLToPath(import.meta.url)
const SOURCES = [
  'app.ts', 'cli', 'client', 'lua', 'operations', 'package.json', 'plugins', 'routes', 'schemas',
  'web'
]

const home = dirname(dirname(script))

/**
 * Fetches the packages, the programs and the build that are missing.
 * - `redis`: true provides one unless REDIS_URL names one, 'always' provides one for the tests.
 * - `browser` and `luacheck`: provides them for the tests and the linter, if they can be had.
 */
export async function setup (
  { redis = true, browser = false, luacheck = false, build = false, root = home } = {}
) {
  checkNode()
  if (redis === 'always' || (redis && !process.env.REDIS_URL)) provideRedis()
  if (browser) provideBrowser()
  if (luacheck) provideLuacheck()
  await alone(root, lacksPackages, installPackages)
  if (build) await alone(root, lacksBuild, buildDist)
}

function checkNode () {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Error(`Node.js 20.19 or newer is needed, and this is ${process.versions.node}`)
}

function changedAt (path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

// Two setups in one folder would remove each other's files. The lock is a link: it is made in one
// step, and names its owner.
async function alone (root, isNeeded, work) {
  const lock = join(root, '.setup-lock')
  if (!isNeeded(root)) return
  for (let waited = false; !lockUp(lock); waited = true) {
    const owner = ownerOf(lock)
    if (owner && !waited) {
      const help = `waiting for it (if there is none, remove ${lock})`
      say(`another setup (pid ${owner}) is at work here: ${help}`)
    }
    await delay(200)
  }
  try {
    if (isNeeded(root)) work(root)
  } finally {
    rmSync(lock, { force: true })
  }
}

function lockUp (lock) {
  const owner = ownerOf(lock)
  if (owner && !isAlive(owner)) dropStale(lock, owner)
  try {
    symlinkSync(String(process.pid), lock)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function ownerOf (lock) {
  try {
    return readlinkSync(lock)
  } catch {
    return undefined
  }
}

// Aside first: another setup may have dropped it already, and have made its own lock there.
function dropStale (lock, owner) {
  const aside = `${lock}.${process.pid}`
  try {
    renameSync(lock, aside)
    if (ownerOf(aside) === owner) unlinkSync(aside)
    else renameSync(aside, lock)
  } catch {}
}

function isAlive (pid) {
  try {
    return process.kill(Number(pid), 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function lacksPackages (root) {
  const installed = join(root, 'node_modules', '.package-lock.json')
  return changedAt(installed) < changedAt(join(root, 'package-lock.json'))
}

function installPackages (root) {
  const since = performance.now()
  say('installing the packages (npm ci)')
  const [command, ...args] = [...npm(), 'ci', '--include=dev', '--no-audit', '--no-fund']
  const { failed, output } = run(command, args, { cwd: root })
  if (failed) {
    const help = "is the network there, and npm's registry the right one?"
    throw failure(output, `npm ci failed: ${help}`)
  }
  settle(join(root, 'node_modules', '.package-lock.json'), join(root, 'package-lock.json'))
  say(`the packages are installed (${Math.round((performance.now() - since) / 1000)} s)`)
}

// The npm of this node: another may come first in the PATH.
function npm () {
  const running = process.env.npm_execpath ?? ''
  if (basename(running) === 'npm-cli.js') return [process.execPath, running]
  const beside = join(dirname(process.execPath), 'npm')
  return [existsSync(beside) ? beside : 'npm']
}

// After a clock was set back, package-lock.json may be from the future. The packages would be
// installed at every start.
function settle (installed, wanted) {
  if (!existsSync(installed)) return
  const time = Math.max(Date.now(), changedAt(wanted) + 1)
  utimesSync(installed, new Date(), new Date(time))
}

function lacksBuild (root) {
  const isSource = name => SOURCES.includes(name) || /^tsconfig.*\.json$/.test(name)
  const sources = readdirSync(root).filter(isSource)
  return sources.some(name => newest(join(root, name)) >= changedAt(join(root, 'dist', '.built')))
}

// Folders too: a file that was removed or moved in shows only there.
function newest (path) {
  const names = statSync(path).isDirectory() ? readdirSync(path) : []
  const inside = names.map(name => newest(join(path, name)))
  return Math.max(changedAt(path), ...inside)
}

function buildDist (root) {
  const since = new Date()
  const dist = join(root, 'dist')
  say('building dist')
  rmSync(dist, { recursive: true, force: true })
  compile(root, dist, 'tsc', '-p', 'tsconfig.build.json')
  if (existsSync(join(root, 'web'))) {
    compile(root, dist, 'vite', 'build', 'web', '--logLevel', 'warn')
  }
  cpSync(join(root, 'lua'), join(dist, 'lua'), { recursive: true })
  copyFileSync(join(root, 'package.json'), join(dist, 'package.json'))
  stamp(join(dist, '.built'), since)
}

function compile (root, dist, compiler, ...args) {
  const program = join(root, 'node_modules', '.bin', compiler)
  const { failed, output } = run(process.execPath, [program, ...args], { cwd: root })
  if (!failed) return
  rmSync(dist, { recursive: true, force: true })
  throw failure(output, 'the build failed')
}

// Last, and with the time at which the build began: a file that was saved meanwhile is newer.
function stamp (file, time) {
  writeFileSync(file, '')
  utimesSync(file, time, time)
}

async function main (args) {
  const redis = args.includes('--redis') ? 'always' : !args.includes('--no-redis')
  const root = args.find(arg => !arg.startsWith('--'))
  try {
    const options = ['browser', 'luacheck', 'build']
    const given = options.map(option => [option, args.includes(`--${option}`)])
    await setup({ redis, ...Object.fromEntries(given), ...(root && { root }) })
  } catch ({ message }) {
    say(message)
    process.exitCode = 1
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === script) await main(process.argv.slice(2))
