// Methods of `stats` beside the programs an analyst would write: whole process against whole process, on the same files, in one run.
// What they answer is compared before anything is timed.

import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, closeSync, copyFileSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { folder } from '../../tests/e2e/support.mjs'
import { quantile, sorted } from './server.mjs'

const CLOCK = '/usr/bin/time'

/**
 * The jobs: our words, the peers' programs, and how two answers are compared. A peer that is not `compared` is timed only; a size that
 * is measured `once` takes minutes. The last size of each is ten times the one that the bound is for.
 */
const JOBS = [
  {
    job: 'rate',
    sizes: [1_000_000, 10_000_000],
    files: (size) => [`referrals_${size}.csv`, 'practices.csv'],
    ours: ([events, population]) => ['rate', '--events', events, '--by', 'practice,imd_decile', '--population', population],
    compare: rates,
    peers: [
      { tool: 'R data.table', program: 'a_datatable.R', packages: ['data.table'], compared: true },
      { tool: 'Python polars', program: 'a_polars.py', packages: ['polars', 'numpy', 'scipy'], compared: true },
    ],
  },
  {
    job: 'match',
    sizes: [100_000, 1_000_000],
    once: 1_000_000,
    files: (size) => [`psm_${size}.csv`],
    ours: ([people]) => ['match', people, '--treat', 'treat', '--outcome', 'y', '--covariates', 'age,female,imd,ltc,gp12,dep'],
    compare: effects,
    peers: [
      { tool: 'Python statsmodels', program: 'b_python.py', packages: ['pandas', 'numpy', 'statsmodels'], compared: true },
      { tool: 'R MatchIt', program: 'b_matchit.R', packages: ['MatchIt', 'sandwich', 'data.table'], compared: false },
    ],
  },
  {
    job: 'xmr',
    sizes: [7_000, 70_000],
    files: (size) => [`xmr_${size}.csv`],
    ours: ([months]) => ['xmr', months, '--group', 'practice', '--date', 'month', '--value', 'value'],
    compare: charts,
    peers: [{ tool: 'Python polars', program: 'c_polars.py', packages: ['polars'], compared: true }],
  },
]

/** Whole numbers and shares of a seed, the same on every machine (Mulberry32). */
function chance(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Inputs ten times as large as those that are given, made from them or in their manner. */
const GROWN = {
  'referrals_10000000.csv'(path, inputs) {
    const given = `${inputs}/referrals_5000000.csv`
    copyFileSync(given, path)
    const again = readFileSync(given)
    appendFileSync(path, again.subarray(again.indexOf('\n') + 1))
  },
  'psm_1000000.csv'(path) {
    const random = chance(20260101)
    const poisson = (mean) => {
      let events = -1
      for (let left = 1; left > Math.exp(-mean); left *= random()) events += 1
      return events
    }
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    writeFileSync(path, 'id,treat,age,female,imd,ltc,gp12,dep,y\n')
    for (let from = 0; from < 1_000_000; from += 10_000) {
      const rows = Array.from({ length: 10_000 }, (_, at) => {
        const [age, female, imd] = [18 + Math.floor(random() * 77), Number(random() < 0.58), 1 + Math.floor(random() * 10)]
        const [ltc, gp12, dep] = [poisson(1.6), poisson(6), Number(random() < 0.22)]
        const logit = -3.35 + 0.012 * age + 0.3 * female - 0.05 * imd + 0.12 * ltc + 0.05 * gp12 + 0.5 * dep
        const treat = Number(random() < 1 / (1 + Math.exp(-logit)))
        const y = 50 - 0.4 * ltc - 2 * dep + 1.5 * treat + 8 * normal()
        return `${from + at},${treat},${age},${female},${imd},${ltc},${gp12},${dep},${y.toFixed(3)}\n`
      })
      appendFileSync(path, rows.join(''))
    }
  },
}

/** Rows of a table without quotes, each by the names of its columns. */
function* rowsOf(path) {
  const [names, ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/).map((line) => line.replaceAll('"', ''))
  const columns = names.split(',')
  for (const line of lines) {
    const cells = line.split(',')
    yield Object.fromEntries(columns.map((name, at) => [name, cells[at]]))
  }
}

const near = (a, b, bound) => Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= bound * Math.max(Math.abs(a), Math.abs(b))

/** A cell as a number: an empty one is none, not zero. */
const number = (cell) => (cell === undefined || cell === '' ? NaN : Number(cell))

/** Where rates and limits of the practices, or rates of the deciles, differ; nothing where they agree. */
function rates({ results, tables }, path) {
  const practices = new Map(results.practice.map((name, at) => [name, at]))
  let seen = 0
  for (const row of rowsOf(path)) {
    const at = practices.get(row.practice)
    if (at === undefined) return `practice ${row.practice} is not in ours`
    practices.delete(row.practice)
    seen += 1
    for (const [name, theirs] of [['rate', row.rate], ['lower', row.lo], ['upper', row.hi]]) {
      if (!near(results[name][at], number(theirs), 1e-9)) return `${name} of ${row.practice}: ${results[name][at]}, theirs ${theirs}`
    }
  }
  if (practices.size > 0 || seen === 0) return `${practices.size} practices are only in ours`
  const { by, group, events, rate } = tables.groupings
  const deciles = new Map(group.map((name, at) => [name, at]).filter(([, at]) => by[at] === 'imd_decile'))
  for (const row of rowsOf(`${path}.imd`)) {
    const at = deciles.get(row.imd_decile)
    if (at === undefined || events[at] !== number(row.N) || !near(rate[at], number(row.rate), 1e-9)) return `decile ${row.imd_decile}`
    deciles.delete(row.imd_decile)
  }
  return deciles.size > 0 ? `${deciles.size} deciles are only in ours` : undefined
}

/** Where the effects on the treated differ. */
function effects({ results }, path) {
  const [row] = rowsOf(path)
  const [ours, theirs] = [results.att[0], number(row?.att)]
  return Math.abs(ours - theirs) <= 1e-6 ? undefined : `att: ${ours}, theirs ${theirs}`
}

/** Where a mean, a limit or a flag of a chart differs. Both answer in the order of practice and month. */
function charts({ results }, path) {
  let at = 0
  for (const row of rowsOf(path)) {
    const where = `${row.practice} ${row.month}`
    if (results.group[at] !== row.practice || results.date[at] !== row.month) return `row ${at + 1} is not ${where} in ours`
    for (const [name, theirs] of [['mean', row.mean], ['lower', row.lpl], ['upper', row.upl]]) {
      if (!near(results[name][at], number(theirs), 1e-9)) return `${name} of ${where}: ${results[name][at]}, theirs ${theirs}`
    }
    for (const [name, theirs] of [['outside', row.out], ['trend', row.trend], ['two_of_three', row.two3], ['shift', row.shift]]) {
      if (![results[name][at] ? 'true' : 'false', results[name][at] ? '1' : '0'].includes(theirs)) {
        return `${name} of ${where}: ${results[name][at]}, theirs ${theirs}`
      }
    }
    at += 1
  }
  return at === results.group.length && at > 0 ? undefined : `ours has ${results.group.length} rows, theirs ${at}`
}

/** Whether the clock of GNU is here: it asks the kernel for the most memory a process has had. */
const hasClock = () => existsSync(CLOCK) && spawnSync(CLOCK, ['-f', '%M', 'true']).stderr?.toString().trim().match(/^\d+$/) != null

/** Runs a program to its end, what it prints going to the file `out`; its seconds and the most memory it has had. */
function timed([program, ...args], out, clock) {
  const note = `${out}.peak`
  const command = clock ? [CLOCK, '-f', '%M', '-o', note, program, ...args] : [program, ...args]
  const into = openSync(out, 'w')
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    const child = spawn(command[0], command.slice(1), { env: { ...process.env, FINGERPOST_LOG: 'error' }, stdio: ['ignore', into, 'pipe'] })
    let err = ''
    let peak
    const poll = clock ? undefined : setInterval(() => {
      try {
        const found = readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)
        if (found) peak = Number(found[1])
      } catch { /* it has ended, or there is no /proc */ }
    }, 5)
    const end = () => {
      clearInterval(poll)
      closeSync(into)
    }
    child.stderr.on('data', (data) => { err += data })
    child.on('error', (error) => { end(); reject(error) })
    child.on('close', (code) => {
      const seconds = (performance.now() - begun) / 1000
      end()
      if (code !== 0) return reject(new Error(err.trim().split('\n').at(-1) || `it ended with ${code}`))
      if (clock) peak = Number(readFileSync(note, 'utf8').trim().split('\n').at(-1))
      resolve({ seconds, peak })
    })
  })
}

/** The interpreter itself, not a script that looks for it: that would be timed too. */
function pythonItself() {
  const asked = spawnSync(process.env.PYTHON ?? 'python3', ['-c', 'import sys; print(sys.executable)'])
  return asked.status === 0 ? asked.stdout.toString().trim() : undefined
}

/** What is missing for a program in R or Python to run; nothing where all is here. */
function missing(program, packages, python) {
  const r = program.endsWith('.R')
  if (r && spawnSync('Rscript', ['--version']).status !== 0) return 'Rscript is not here'
  if (!r && !python) return 'Python is not here'
  const here = (name) => r
    ? spawnSync('Rscript', ['-e', `quit(status = !requireNamespace("${name}", quietly = TRUE))`]).status === 0
    : spawnSync(python, ['-c', `import ${name}`]).status === 0
  const lacking = packages.filter((name) => !here(name))
  return lacking.length > 0 ? `${r ? 'R' : 'Python'} has no ${lacking.join(', ')}` : undefined
}

const round = (n, digits) => Math.round(n * 10 ** digits) / 10 ** digits

/** One job at one size: answers compared, then every tool timed in turn, `runs` times over. */
async function atSize({ job, ours, compare, peers, files, once }, size, { inputs, programs, python, clock, out, ...asked }) {
  const runs = size === once ? 1 : asked.runs
  const paths = files(size).map((name) => GROWN[name] ? `${out}/${name}` : `${inputs}/${name}`)
  const absent = files(size).filter((name) => !GROWN[name] && !existsSync(`${inputs}/${name}`))
  if (absent.length > 0) return [{ job, size, tool: 'all', leftOut: `left out: the inputs have no ${absent.join(', ')}` }]

  for (const name of files(size)) GROWN[name]?.(`${out}/${name}`, inputs)

  // Answers first. These runs also bring the files into memory for all alike.
  const own = { tool: 'fingerpost', command: [process.env.E2E_BINARY, 'stats', ...ours(paths), '--json'], out: `${out}/ours.json`, runs: [] }
  await timed(own.command, own.out, clock)
  const answer = JSON.parse(readFileSync(own.out, 'utf8'))
  const tools = []
  const left = []
  for (const [at, { tool, program, packages, compared }] of peers.entries()) {
    const leave = (why) => left.push({ job, size, tool, leftOut: `left out: ${why}` })
    const lacking = missing(program, packages, python)
    if (lacking) { leave(lacking); continue }
    const written = `${out}/peer-${at}.csv`
    const command = [program.endsWith('.R') ? 'Rscript' : python, `${programs}/${program}`, ...paths, written]
    try {
      await timed(command, `${out}/printed`, clock)
    } catch (error) { leave(error.message); continue }
    const differs = compared ? compare(answer, written) : undefined
    tools.push({ tool, command, out: `${out}/printed`, written, runs: [], agrees: compared ? differs === undefined : null, differs })
  }
  const verdicts = tools.map(({ agrees }) => agrees).filter((agrees) => agrees !== null)
  own.agrees = verdicts.length > 0 ? verdicts.every(Boolean) : null

  for (let run = 0; run < runs; run += 1) {
    for (const tool of [own, ...tools]) {
      // Nobody is timed while what was written before is thrown away.
      for (const written of [tool.out, tool.written].filter(Boolean)) rmSync(written, { force: true })
      tool.runs.push(await timed(tool.command, tool.out, clock))
    }
  }
  const median = (tool) => {
    const all = sorted(tool.runs.map(({ seconds }) => seconds))
    return (quantile(all, 0.5) + all[Math.floor(all.length / 2)]) / 2
  }
  const fastest = tools.length > 0 ? Math.min(...tools.map(median)) : undefined
  const row = (tool) => {
    const seconds = tool.runs.map((run) => run.seconds)
    const peaks = tool.runs.map((run) => run.peak).filter((peak) => peak !== undefined)
    return {
      job,
      size,
      tool: tool.tool,
      medianSeconds: round(median(tool), 3),
      minSeconds: round(Math.min(...seconds), 3),
      maxSeconds: round(Math.max(...seconds), 3),
      peakMiB: peaks.length > 0 ? round(Math.max(...peaks) / 1024, 1) : null,
      agrees: tool.agrees,
      ratioToFastestPeer: fastest === undefined ? null : round(median(tool) / fastest, 3),
      ...(tool.differs ? { differs: tool.differs } : {}),
    }
  }
  return [...[own, ...tools].map(row), ...left]
}

/**
 * Times every job. `shared` is the folder beside the checkout that has the peers' programs; nothing is measured without it.
 * `given` is a folder of inputs; without one they are made.
 */
export async function statistics(shared, given, runs = 5) {
  const leave = (why) => { console.log(`LEFT OUT: statistics, ${why}`); return [] }
  if (!Number.isInteger(runs) || runs < 1) throw new Error('BENCH_RUNS is a number of runs, 1 or more')
  const programs = `${shared}/bench`
  if (!existsSync(`${programs}/gen.py`)) return leave('because the programs of the peers are not beside the checkout')
  const python = pythonItself()
  const own = folder()
  try {
    let inputs = given
    if (!inputs) {
      const lacking = missing('gen.py', ['numpy', 'polars'], python)
      if (lacking) return leave(`because there are no inputs and none can be made: ${lacking}`)
      inputs = `${own.path}/inputs`
      const made = spawnSync(python, [`${programs}/gen.py`, inputs])
      if (made.status !== 0) throw new Error(made.stderr.toString())
    }
    const setting = { inputs, programs, python, runs, clock: hasClock(), out: own.path }
    const results = []
    for (const job of JOBS) {
      // A trial of one run does the first size only.
      for (const size of runs === 1 ? job.sizes.slice(0, 1) : job.sizes) results.push(...await atSize(job, size, setting))
    }
    return results
  } finally { own.remove() }
}

/** A row as it is printed. */
export function line(r) {
  if (r.leftOut) return `${r.job} ${r.size}, ${r.tool}: ${r.leftOut}`
  const agrees = r.agrees === null ? 'not compared' : r.agrees ? 'agrees' : `DOES NOT AGREE${r.differs ? ` (${r.differs})` : ''}`
  const ratio = r.ratioToFastestPeer === null ? 'no peer' : `${r.ratioToFastestPeer} of the fastest peer's time`
  return `${r.job} ${r.size}, ${r.tool}: median ${r.medianSeconds} s (${r.minSeconds} to ${r.maxSeconds}), `
    + `peak ${r.peakMiB ?? 'unknown'} MiB; ${agrees}; ${ratio}`
}
