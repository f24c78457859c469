// People at work: each opens a page every 5 seconds, at their own moment, for two minutes.
//
// Server time is what the server itself measured for each answer, read from its log; sign-in (argon2id) happens before.

import { execFileSync } from 'node:child_process'
import { clientOf, get, post, signInAs } from '../../tests/e2e/client.mjs'
import { run } from '../../tests/e2e/support.mjs'
import { pause, spread, start } from './server.mjs'

const EVERY = 5000
const WEXLEY = '/o/wexley-vale-social-prescribing'

/** Who works in the neighbourhood, and the pages they open. CASE stands for cases of their own. */
const NEIGHBOURHOOD = {
  'Dr Anil Ferreira': ['/o/Z90001/refer', 'DRAFT', '/o/Z90001/sent'],
  'Chidi Nwosu': ['/o/Z90001/refer', 'DRAFT', '/o/Z90001/sent'],
  'Helen Tranter': ['/o/Z90001/sent', '/o/Z90001/flow', '/o/Z90001/became'],
  'Maya Okonkwo': [`${WEXLEY}/caseload`, `${WEXLEY}/referrals`, 'CASE'],
  'Tomasz Brennan': [`${WEXLEY}/caseload?show=everyone`, 'CASE'],
  'Leila Farouk': [`${WEXLEY}/caseload`, 'CASE'],
  'Josephine Carr': [`${WEXLEY}/caseload`, `${WEXLEY}/referrals`, `${WEXLEY}/flow`],
  'Gareth Moon': [`${WEXLEY}/flow`, `${WEXLEY}/users`],
}

/** Pages of a case beside the case itself. */
const CASE_PAGES = ['plan', 'plan/copy', 'services', 'services/list', 'measures', 'about', 'who-knows', 'close']

/** Towns of the invented region whose schemes are looked at. */
const TOWNS = ['ashwick', 'ellingley', 'langwick', 'penderley', 'bramford']

/** Fifty people of a region: 20 at practices, 20 link workers, 5 supervisors, 5 administrators. */
function region() {
  const people = []
  const add = (email, pages) => people.push({ email: `${email}@region.example`, pages })
  for (let n = 0; n < 5; n += 1) {
    const code = `Z9${1001 + n * 60}`
    const at = `/o/${code}`
    for (const who of ['gp', 'nurse', 'reception']) add(`${who}.${code.toLowerCase()}`, [`${at}/refer`, 'DRAFT', `${at}/sent`, 'SENT', `${at}/signpost`, 'DOOR', '/directory?q=walking'])
    add(`manager.${code.toLowerCase()}`, [`${at}/became`, `${at}/flow`, `${at}/became`, `/meet/${code}`, `${at}/became`, `${at}/sent`, `${at}/improvement`])
  }
  return { people, add }
}

async function casesOf(client, scheme) {
  const list = await get(client, `${scheme}/caseload?show=everyone`)
  return [...new Set([...list.text.matchAll(/cases(?:&#x2f;|\/)([0-9A-Z]{26})/g)].map((found) => `${scheme}/cases/${found[1]}`))]
}

/** Addresses below `below` that the page at `from` leads to: `below/ID`. */
async function ledTo(client, from, below) {
  const page = await get(client, from)
  const last = below.split('/').at(-1)
  const ids = [...page.text.matchAll(new RegExp(`${last}(?:&#x2f;|/)([0-9A-Z]{26})`, 'g'))].map((found) => found[1])
  return [...new Set(ids)].map((id) => `${below}/${id}`)
}

/** A referral that somebody has begun: the form with its person filled in. */
async function draftAt(client, place) {
  const page = await get(client, `${place}/refer`)
  const key = page.text.match(/name="key" value="([^"]+)"/)[1]
  const person = { key, given: 'Ida', family: 'Evergreen', born_day: '4', born_month: '6', born_year: '1950', phone: '01632 960 155' }
  const begun = await post(client, `${place}/refer`, person)
  if (begun.status !== 303) throw new Error(`${begun.status}: no draft at ${place}`)
  return new URL(begun.location, client.address).pathname
}

/** The door of a waiting room. */
async function doorOf(client, place) {
  await get(client, `${place}/signpost/door`)
  await post(client, `${place}/signpost/door`, { replaces: '' })
  const page = await get(client, `${place}/signpost/door`)
  return `/s/${page.text.match(/(?:&#x2f;|\/)s(?:&#x2f;|\/)([a-z0-9]+)/)[1]}`
}

async function withRecords(client, pages) {
  const out = []
  for (const page of pages) {
    const place = pages.find((other) => other.startsWith('/o/'))?.split('/').slice(0, 3).join('/')
    if (page === 'DRAFT') out.push(await draftAt(client, place), await draftAt(client, place))
    else if (page === 'DOOR') out.push(await doorOf(client, place))
    else if (page === 'CASE') out.push(...(await casesOf(client, place)).slice(0, 5))
    else if (page === 'SENT') out.push(...(await ledTo(client, `${place}/sent`, `${place}/sent`)).slice(0, 5))
    else if (page === 'TRIAGE') out.push(...(await ledTo(client, `${place}/referrals`, `${place}/referrals`)).slice(0, 3))
    else if (page === 'WORK') {
      for (const found of (await casesOf(client, place)).slice(0, 3)) {
        out.push(...CASE_PAGES.map((page) => `${found}/${page}`))
        out.push(...(await ledTo(client, found, `${found}/connections`)).slice(0, 2))
      }
      out.push(`${(await casesOf(client, place))[0]}/plan/copy.pdf`)
    } else out.push(page)
  }
  return out
}

async function neighbours(server, count) {
  const names = Object.keys(NEIGHBOURHOOD)
  const people = []
  for (let at = 0; at < count; at += 1) {
    const name = names[at % names.length]
    const client = await clientOf(server, name)
    people.push({ client, pages: await withRecords(client, NEIGHBOURHOOD[name]) })
  }
  return people
}

async function regionals(server, database) {
  const { people, add } = region()
  for (const town of TOWNS) {
    const scheme = `/o/${town}-and-district-social-prescribing`
    add(`supervisor1.${town}`, [`${scheme}/caseload?show=everyone`, `${scheme}/referrals`, `${scheme}/flow`, `${scheme}/flow/people`, `${scheme}/flow/months`, `${scheme}/records`, `${scheme}/intake`, `${scheme}/profiles`, `${scheme}/messages`, `${scheme}/gaps`, 'CASE', 'TRIAGE'])
    add(`administrator2.${town}`, [`${scheme}/flow`, `${scheme}/users`, `${scheme}/directory?words=singing`])
    for (const number of [3, 4, 5, 6]) {
      add(`linkworker${number}.${town}`, [`${scheme}/caseload`, 'CASE', 'WORK', `${scheme}/diary`, `${scheme}/messages`, `${scheme}/caseload?show=closed`, `${scheme}/referrals`])
    }
  }
  const signedIn = []
  for (const { email, pages } of people) {
    const client = await signInAs(server, database, email)
    signedIn.push({ client, pages: await withRecords(client, pages) })
  }
  return signedIn
}

/** Cases in a folder; in a server's database they are the same, from the same seed. */
function counted(database) {
  if (database.includes('--database')) return undefined
  const count = 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT COUNT(*) FROM case_file").fetchone()[0])'
  return Number(execFileSync('python3', ['-c', count, `${database[1]}/fingerpost.sqlite`]))
}

/** Fills a database of a size, or serves one that is filled, and lets people work in it. */
export async function atWork(engine, database, { size, count, seconds, seed }) {
  const begun = Date.now()
  const made = await run(['demo', '--seed', String(seed), '--size', size, ...database])
  if (made.code !== 0 && !/in use/.test(made.err)) throw new Error(made.err)
  const cases = counted(database)
  const filledSeconds = made.code === 0 ? Math.round((Date.now() - begun) / 100) / 10 : null
  const server = await start(database)
  try {
    const people = size === 'neighbourhood' ? await neighbours(server, count) : await regionals(server, database)
    const from = server.lines.length
    const end = Date.now() + seconds * 1000
    let errors = 0
    let resident = 0
    await Promise.all(people.map(async ({ client, pages }, at) => {
      await pause((EVERY / people.length) * at)
      for (let turn = at; Date.now() < end; turn += 1) {
        const begunAt = Date.now()
        const answer = await get(client, pages[turn % pages.length])
        if (answer.status !== 200) errors += 1
        resident = Math.max(resident, server.resident())
        await pause(EVERY - (Date.now() - begunAt))
      }
    }))
    const fields = server.lines.slice(from).filter((line) => line.includes('"route"')).map((line) => JSON.parse(line).fields)
    const byRoute = {}
    for (const field of fields) (byRoute[field.route] ??= []).push(Number(field.millis))
    return {
      engine, size, seed, people: people.length, secondsBetweenPages: EVERY / 1000, seconds, filledSeconds, cases, requests: fields.length, errors,
      serverMs: spread(fields.map((field) => Number(field.millis))),
      byRoute: Object.fromEntries(Object.entries(byRoute).map(([route, all]) => [route, { pages: all.length, ...spread(all) }])),
      residentMiB: Math.round(resident), firstAnswerMs: server.firstAnswerMs,
    }
  } finally { await server.stop() }
}
