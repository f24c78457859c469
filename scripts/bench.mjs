// The measurements of docs/benchmarks.md, on SQLite and then on PostgreSQL; raw figures go to docs/bench.
//
//   node scripts/bench.mjs [neighbourhood] [region] [imports] [surveys] [messages] [search] [statistics]        all of them by default
//
// BENCH_SECONDS shortens the parts that last two minutes, for a trial. Peers stand in one run with ours: the engines with each other,
// statistics with R and Python (BENCH_RUNS times over, 5 by default; inputs from FINGERPOST_BENCH_INPUTS, Python from PYTHON).

import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { folder, postgres } from '../tests/e2e/support.mjs'
import { emptyFolder, imports } from './bench/imports.mjs'
import { messages } from './bench/messages.mjs'
import { atWork } from './bench/pages.mjs'
import { referrals } from './bench/referrals.mjs'
import { search } from './bench/search.mjs'
import { line, statistics } from './bench/statistics.mjs'
import { surveys } from './bench/surveys.mjs'

process.env.E2E_BINARY ??= new URL('../target/release/fingerpost', import.meta.url).pathname
const SECONDS = Number(process.env.BENCH_SECONDS ?? 120)
const SEED = 7
const OUT = new URL('../docs/bench/', import.meta.url).pathname

/** A setting of the measurements, taken out of the environment: the program refuses a FINGERPOST_ name that it does not know. */
function taken(name) {
  const value = process.env[name]
  delete process.env[name]
  return value
}
const REAL = taken('FINGERPOST_REALDATA') ?? new URL('../../shared/realdata', import.meta.url).pathname
const INPUTS = taken('FINGERPOST_BENCH_INPUTS')
const SHARED = taken('FINGERPOST_SHARED') ?? new URL('../../shared', import.meta.url).pathname
const machine = { cpu: cpus()[0].model.trim(), cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) }

/** A database of each engine, empty; PostgreSQL where there is a server. */
async function engines() {
  const all = []
  const own = folder()
  all.push({ engine: 'SQLite', options: ['--data', own.path], remove: own.remove })
  const url = await postgres()
  if (url) {
    const beside = folder()
    all.push({ engine: 'PostgreSQL', options: ['--data', beside.path, '--database', url], remove: beside.remove })
  }
  return all
}

const PARTS = {
  async neighbourhood() {
    const results = []
    for (const { engine, options, remove } of await engines()) {
      results.push(await atWork(engine, options, { size: 'neighbourhood', count: 20, seconds: SECONDS, seed: SEED }))
      remove()
    }
    return results
  },
  async region() {
    const results = []
    // Practices all over the region, so that the load is not one scheme's.
    const practices = Array.from({ length: 16 }, (_, at) => `Z9${1001 + at * 17}`)
    for (const { engine, options, remove } of await engines()) {
      const pages = await atWork(engine, options, { size: 'icb', count: 50, seconds: SECONDS, seed: SEED })
      const stored = await referrals(engine, options, { seconds: Math.min(SECONDS, 30), practices })
      results.push({ ...pages, referrals: { openLoop: stored.openLoop, saturation: stored.saturation } })
      remove()
    }
    return results
  },
  async imports() {
    const results = [await imports('SQLite', REAL, emptyFolder)]
    if (await postgres()) {
      const empty = async () => {
        const beside = folder()
        return { options: ['--data', beside.path, '--database', await postgres()], remove: beside.remove }
      }
      results.push(await imports('PostgreSQL', REAL, empty))
    }
    return results
  },
  async surveys() {
    const results = []
    for (const { engine, options, remove } of await engines()) {
      results.push(await surveys(engine, options))
      remove()
    }
    return results
  },
  async messages() {
    const results = [await messages('SQLite', emptyFolder)]
    if (await postgres()) {
      const empty = async () => {
        const beside = folder()
        return { options: ['--data', beside.path, '--database', await postgres()], remove: beside.remove }
      }
      results.push(await messages('PostgreSQL', empty))
    }
    return results
  },
  search: async () => search({ seed: SEED }),
  statistics: () => statistics(SHARED, INPUTS, Number(process.env.BENCH_RUNS ?? 5)),
}

mkdirSync(OUT, { recursive: true })
const wanted = process.argv.slice(2)
for (const [part, measure] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(part)) continue
  const results = await measure()
  // A part that was left out does not write over the figures that are there.
  if (results.length === 0) continue
  writeFileSync(`${OUT}/${part}.json`, `${JSON.stringify({ machine, day: new Date().toISOString().slice(0, 10), results }, null, 2)}\n`)
  for (const r of results) {
    if (part === 'statistics') { console.log(line(r)); continue }
    if (part === 'search') { console.log(JSON.stringify(r)); continue }
    console.log(['imports', 'surveys', 'messages'].includes(part)
      ? `${r.engine}: ${JSON.stringify(r)}`
      : `${r.engine}, ${r.size}: ${r.requests} pages, ${r.errors} errors; server p50 ${r.serverMs.p50} ms, p95 ${r.serverMs.p95} ms, p99 ${r.serverMs.p99} ms; `
        + `${r.residentMiB} MiB resident; filled in ${r.filledSeconds} s; first answer after ${r.firstAnswerMs} ms`)
    if (r.referrals) console.log(`  referrals: ${JSON.stringify(r.referrals)}`)
  }
}
