import {
  copyFileSync, cpSync, existsSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, symlinkSync,
  unlinkSync, utimesSync, writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { failure, run, say } from './setup/shell.mjs'
import { provideBrowser } from './setup/browser.mjs'
import { provideLuacheck } from './setup/luacheck.mjs'
import { provideRedis } from './setup/redis.mjs'

// Plain JavaScript without packages: this is what fetches them.
const script = fileURLToPath(import.meta.url)
const SOURCES = /^(app\.ts|cli|client|lua|operations|plugins|routes|schemas|web|tsconfig.*\.json|package\.json)$/

/**
 * Fetches what is missing of packages, redis and build, and does nothing where nothing is.
 * `redis`: true for one unless REDIS_URL names it, 'always' for one in any case, as the tests need; `browser`: for theirs, if it can be had;
 * `luacheck`: for the linter, if it can be had.
 */
export async function setup ({ redis = true, browser = false, luacheck = false, build = false, root = dirname(dirname(script)) } = {}) {
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

// Two setups in one folder would pull the files from under each other. A link is made and says whose it is in one step.
async function alone (root, isNeeded, work) {
  const lock = join(root, '.setup-lock')
  if (!isNeeded(root)) return
  for (let waited = false; !takes(lock); waited = true) {
    const owner = ownerOf(lock)
    if (owner && !waited) say(`another setup (pid ${owner}) is at work here: waiting for it (if there is none, remove ${lock})`)
    await delay(200)
  }
  try {
    if (isNeeded(root)) work(root)
  } finally {
    rmSync(lock, { force: true })
  }
}

function takes (lock) {
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

// Aside first: another setup may have dropped it already, and what lies there now be its own.
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
  return changedAt(join(root, 'node_modules', '.package-lock.json')) < changedAt(join(root, 'package-lock.json'))
}

function installPackages (root) {
  const since = performance.now()
  say('installing the packages (npm ci)')
  const [command, ...args] = [...npm(), 'ci', '--include=dev', '--no-audit', '--no-fund']
  const { failed, output } = run(command, args, { cwd: root })
  if (failed) throw failure(output, 'npm ci failed: is the network there, and npm\'s registry the right one?')
  settle(join(root, 'node_modules', '.package-lock.json'), join(root, 'package-lock.json'))
  say(`the packages are installed (${Math.round((performance.now() - since) / 1000)} s)`)
}

// The npm of this node, not of another that comes first on the PATH.
function npm () {
  const running = process.env.npm_execpath ?? ''
  if (basename(running) === 'npm-cli.js') return [process.execPath, running]
  const beside = join(dirname(process.execPath), 'npm')
  return [existsSync(beside) ? beside : 'npm']
}

// A lock file from the future (a clock set back) would have the packages installed at every start.
function settle (installed, wanted) {
  if (existsSync(installed)) utimesSync(installed, new Date(), new Date(Math.max(Date.now(), changedAt(wanted) + 1)))
}

function lacksBuild (root) {
  const sources = readdirSync(root).filter(name => SOURCES.test(name))
  return sources.some(name => newest(join(root, name)) >= changedAt(join(root, 'dist', '.built')))
}

// Folders too: a file that was removed or moved in shows only there.
function newest (path) {
  const inside = statSync(path).isDirectory() ? readdirSync(path).map(name => newest(join(path, name))) : []
  return Math.max(changedAt(path), ...inside)
}

function buildDist (root) {
  const since = new Date()
  const dist = join(root, 'dist')
  say('building dist')
  rmSync(dist, { recursive: true, force: true })
  compile(root, dist, 'tsc', '-p', 'tsconfig.build.json')
  if (existsSync(join(root, 'web'))) compile(root, dist, 'vite', 'build', 'web', '--logLevel', 'warn')
  cpSync(join(root, 'lua'), join(dist, 'lua'), { recursive: true })
  copyFileSync(join(root, 'package.json'), join(dist, 'package.json'))
  stamp(join(dist, '.built'), since)
}

function compile (root, dist, compiler, ...args) {
  const { failed, output } = run(process.execPath, [join(root, 'node_modules', '.bin', compiler), ...args], { cwd: root })
  if (!failed) return
  rmSync(dist, { recursive: true, force: true })
  throw failure(output, 'the build failed')
}

// Last, and with the time it began: what was saved during the build is newer.
function stamp (file, time) {
  writeFileSync(file, '')
  utimesSync(file, time, time)
}

async function main (args) {
  const redis = args.includes('--redis') ? 'always' : !args.includes('--no-redis')
  const root = args.find(arg => !arg.startsWith('--'))
  try {
    const [browser, luacheck, build] = ['--browser', '--luacheck', '--build'].map(option => args.includes(option))
    await setup({ redis, browser, luacheck, build, ...(root && { root }) })
  } catch ({ message }) {
    say(message)
    process.exitCode = 1
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === script) await main(process.argv.slice(2))
