// The measurements of docs/benchmarks.md: a neighbourhood with 20 people at work, on both engines.
//
// Each signed-in person opens a page every 5 seconds, at their own moment. Server time is what the server
// itself measured (its own histogram would hide what lies inside a step, so each answer's time is read
// from the log); resident memory is the server process's; the first answer is timed from the start of the
// process to the first byte of the sign-in page. Raw figures go to docs/bench/*.json.

import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { clientOf, get } from '../tests/e2e/client.mjs'
import { folder, postgres, run } from '../tests/e2e/support.mjs'

process.env.E2E_BINARY ??= new URL('../target/release/fingerpost', import.meta.url).pathname
const SECONDS = Number(process.env.BENCH_SECONDS ?? 120)
const PEOPLE = 20
const EVERY = 5000
const SEED = 7
const OUT = new URL('../docs/bench/', import.meta.url).pathname

const STAFF = {
  'Dr Anil Ferreira': ['/o/Z90001/refer', '/o/Z90001/sent'],
  'Chidi Nwosu': ['/o/Z90001/refer', '/o/Z90001/sent'],
  'Helen Tranter': ['/o/Z90001/sent', '/o/Z90001/flow'],
  'Maya Okonkwo': ['/o/wexley-vale-social-prescribing/caseload', '/o/wexley-vale-social-prescribing/referrals', 'CASE'],
  'Tomasz Brennan': ['/o/wexley-vale-social-prescribing/caseload?show=everyone', 'CASE'],
  'Leila Farouk': ['/o/wexley-vale-social-prescribing/caseload', 'CASE'],
  'Josephine Carr': ['/o/wexley-vale-social-prescribing/caseload', '/o/wexley-vale-social-prescribing/referrals', '/o/wexley-vale-social-prescribing/flow'],
  'Gareth Moon': ['/o/wexley-vale-social-prescribing/flow', '/o/wexley-vale-social-prescribing/users'],
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]

function start(database) {
  const begun = process.hrtime.bigint()
  const child = spawn(process.env.E2E_BINARY, ['serve', ...database, '--listen', '127.0.0.1:0'], {
    env: { ...process.env, FINGERPOST_LOG: 'info', FINGERPOST_LOG_FORMAT: 'json' }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (data) => { log += data })
  return new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error(log)))
    child.stdout.on('data', async (data) => {
      const address = String(data).match(/Fingerpost is at (\S+)/)?.[1]
      if (!address) return
      await (await fetch(`${address}/sign-in`)).text()
      resolve({ address, child, firstAnswerMs: Number(process.hrtime.bigint() - begun) / 1e6, log: () => log })
    })
  })
}

const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024

async function atWork(server, at) {
  const names = Object.keys(STAFF)
  const name = names[at % names.length]
  const client = await clientOf(server, name)
  let pages = STAFF[name]
  if (pages.includes('CASE')) {
    const list = await get(client, '/o/wexley-vale-social-prescribing/caseload?show=everyone')
    const cases = [...list.text.matchAll(/cases(?:&#x2f;|\/)([0-9A-Z]{26})/g)].map((found) => `/o/wexley-vale-social-prescribing/cases/${found[1]}`)
    pages = pages.flatMap((page) => (page === 'CASE' ? cases.slice(0, 5) : [page]))
  }
  return { client, pages, at }
}

async function neighbourhood(engine, database) {
  const made = await run(['demo', '--seed', String(SEED), ...database])
  if (made.code !== 0) throw new Error(made.err)
  const server = await start(database)
  const people = []
  for (let at = 0; at < PEOPLE; at += 1) people.push(await atWork(server, at))
  const from = server.log().length
  const end = Date.now() + SECONDS * 1000
  let errors = 0
  const round = []
  await Promise.all(people.map(async ({ client, pages, at }) => {
    await pause((EVERY / PEOPLE) * at)
    for (let turn = 0; Date.now() < end; turn += 1) {
      const begun = process.hrtime.bigint()
      const answer = await get(client, pages[turn % pages.length])
      round.push(Number(process.hrtime.bigint() - begun) / 1e6)
      if (answer.status !== 200) errors += 1
      await pause(EVERY)
    }
  }))
  const memory = resident(server.child.pid)
  const lines = server.log().slice(from).split('\n').filter((line) => line.includes('"route"')).map((line) => JSON.parse(line).fields)
  const times = lines.map((fields) => Number(fields.millis)).sort((a, b) => a - b)
  const slowest = {}
  for (const fields of lines) (slowest[fields.route] ??= []).push(Number(fields.millis))
  server.child.removeAllListeners('close')
  const stopped = new Promise((resolve) => { server.child.on('close', resolve) })
  server.child.kill('SIGTERM')
  await stopped
  return {
    engine, seed: SEED, people: PEOPLE, secondsBetweenPages: EVERY / 1000, seconds: SECONDS, requests: times.length, errors,
    serverMs: { p50: quantile(times, 0.5), p95: quantile(times, 0.95), p99: quantile(times, 0.99), max: times.at(-1) },
    browserMs: { p95: quantile(round.sort((a, b) => a - b), 0.95) },
    p95ByRoute: Object.fromEntries(Object.entries(slowest).map(([route, all]) => [route, quantile(all.sort((a, b) => a - b), 0.95)])),
    residentMiB: Math.round(memory), firstAnswerMs: Math.round(server.firstAnswerMs),
  }
}

mkdirSync(OUT, { recursive: true })
const machine = { cpu: cpus()[0].model.trim(), cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) }
const results = []
const data = folder()
results.push(await neighbourhood('SQLite', ['--data', data.path]))
data.remove()
const url = await postgres()
if (url) {
  const beside = folder()
  results.push(await neighbourhood('PostgreSQL', ['--data', beside.path, '--database', url]))
  beside.remove()
}
writeFileSync(`${OUT}/neighbourhood.json`, `${JSON.stringify({ machine, results }, null, 2)}\n`)
for (const r of results) {
  console.log(`${r.engine}: ${r.requests} pages, ${r.errors} errors; server p50 ${r.serverMs.p50} ms, p95 ${r.serverMs.p95} ms, p99 ${r.serverMs.p99} ms; ` +
    `${r.residentMiB} MiB resident; first answer after ${r.firstAnswerMs} ms`)
}
