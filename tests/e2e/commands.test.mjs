// The commands: exit codes, clear refusals, and a referral from a really imported practice.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { accessible, browser, fileBehind, folder, open, postgres, realData, run, serve } from './support.mjs'

const PASSWORD = 'kettle meadow trumpet'

/** Two practices of the national register in its headerless 27 columns, for where the real file is not. */
const NATIONAL = ['A81001,THE DENSHAM SURGERY', 'A81002,QUEENS PARK MEDICAL CENTRE']
  .map((head) => `${head},Y63,QHM,1 HIGH STREET,,STOCKTON ON TEES,,CLEVELAND,TS18 1HU,19740401,,A,B,16C,20130401,,01642 000000,,,,0,,16C,,4,`).join('\n')

async function chooses(page, link) {
  await page.goto(link)
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Save my password' }).click()
}

async function signIn(page, email) {
  await page.goto('/sign-in')
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForLoadState()
}

/** Plan, questions, a group of a real directory, closing, the letter and the numbers: on the real imports. */
async function wholeJourney(engine, server, { here, links, gp, width }) {
  const files = [
    ['directory', realData('hsds_us_miami211/data'), '--source', 'Miami 2-1-1'],
    ['list-sizes', realData('uk_ods/gp-reg-pat-prac-all_2021.csv')],
    ['deprivation', realData('uk_geo/imd2019_lsoa11_min.csv'), '--as-of', '2019-09-26'],
    ['postcodes', realData('uk_geo/postcodes_subset_2025-11.csv.gz')],
    ['appointments', realData('uk_gp_appointments/Regional_CSV_ELondonHCP.csv')],
    ['networks', realData('uk_ods/epcn_2023_PCNDetails.csv'), realData('uk_ods/epcn_2023_PCN_Core_Partner_Details.csv')],
  ]
  assert.match(await here('import', ...files[0]), /4089 added/)
  for (const file of files.slice(1)) assert.match(await here('import', ...file), / [1-9]\d* added, 0 changed/)
  const maya = await open(engine, server, { width })
  await chooses(maya, links['maya@example.org'])
  await signIn(maya, 'maya@example.org')
  await maya.getByRole('link', { name: 'Everyone' }).click()
  await maya.getByRole('link', { name: 'Ida Quill' }).click(); await accessible(maya, 'real case')
  const place = maya.url()
  await maya.getByRole('link', { name: 'Write the plan together' }).click()
  await maya.getByLabel('I want to').fill('Eat with other people')
  await maya.getByRole('button', { name: 'Save the plan' }).click()
  await maya.goto(place)
  await maya.getByRole('link', { name: 'Ask the questions' }).click()
  await maya.getByRole('button', { name: 'Begin' }).click()
  for (const answer of ['3', '4', '5', '6']) {
    await maya.getByLabel(answer, { exact: true }).check()
    await maya.getByRole('button', { name: 'Next' }).click()
  }
  await maya.goto(place)
  await maya.getByRole('link', { name: 'Find one that could fit' }).click()
  await maya.getByLabel('What would help?').fill('food pantry')
  await maya.getByRole('button', { name: 'Search' }).click(); await accessible(maya, 'real directory')
  const first = maya.locator('main h2 a, main h3 a').first()
  const service = (await first.textContent()).trim()
  await first.click(); await accessible(maya, 'real service')
  await maya.getByRole('button', { name: 'Offer this to Ida' }).click()
  await maya.getByLabel('What are they looking for?').fill('Would like to eat with other people.')
  await maya.getByLabel('Name, no phone number').check()
  await maya.getByLabel(/Ida agreed that/).check()
  const byHand = maya.getByLabel(/I ring|I ask|myself/)
  if (await byHand.count()) await byHand.first().check()
  await maya.getByRole('button', { name: 'Offer it' }).click(); await accessible(maya, 'real offer')
  await maya.goto(place)
  assert.ok((await maya.textContent('main')).includes(service), service)
  await maya.getByLabel('What was it?').selectOption('Phone call')
  await maya.getByLabel('Yes, uses session 1').check()
  await maya.getByLabel('What happened, in plain words').fill('We talked.')
  await maya.getByText(/^Tell Somebody referrer/).click()
  await maya.getByLabel('A summary').check()
  await maya.getByRole('button', { name: 'Save contact' }).click()
  await maya.getByRole('link', { name: 'Close the case' }).click()
  await maya.getByLabel('What they wanted has happened', { exact: true }).check()
  await maya.getByLabel('What continues, and who to call').fill('The pantry on Fridays.')
  await maya.getByRole('button', { name: 'Close the case' }).click(); await accessible(maya, 'real case closed')
  await gp.reload(); await accessible(gp, 'real letter')
  assert.match(await gp.textContent('main'), /How it ended.*The pantry on Fridays/s)
  assert.equal((await fileBehind(gp, gp.getByRole('link', { name: /^Save as PDF.*How it ended/ }))).head, '%PDF-')
  const manager = await open(engine, server, { width })
  await chooses(manager, links['manager@example.org'])
  await signIn(manager, 'manager@example.org')
  await manager.getByRole('link', { name: 'Flow' }).click(); await accessible(manager, 'real flow')
  assert.match(await manager.textContent('main'), /THE DENSHAM SURGERY.*1,000 patients.*0\.2/s, '1 of 4,000 registered')
  await manager.getByRole('link', { name: /accepted: open the list/ }).first().click(); await accessible(manager, 'real list')
  assert.match(await manager.textContent('main'), /Ida Quill.*Accepted/s)

  // The same files again change nothing that is exported, but the ledgers of imports and of who did what.
  const exported = async (name) => {
    const box = folder()
    await here('export', 'everything', join(box.path, 'all'))
    await here('export', 'directory', join(box.path, 'directory'))
    const tables = readdirSync(join(box.path, 'all')).filter((table) => !/^(import_run|audit_)/.test(table))
    const all = Object.fromEntries(tables.map((table) => [table, readFileSync(join(box.path, 'all', table), 'utf8')]))
    all.services = readFileSync(join(box.path, 'directory', 'services.json'), 'utf8')
    box.remove()
    assert.ok(tables.length > 60 && all.services.length > 1_000_000, name)
    return all
  }
  const before = await exported('before')
  for (const file of files) await here('import', ...file)
  const after = await exported('after')
  for (const table of Object.keys(before)) assert.ok(before[table] === after[table], `${table} changed when files were imported again`)
}

async function person(page, given, family) {
  for (const [label, text] of Object.entries({ 'First name': given, 'Family name': family, Day: '1', Month: '2', Year: '1960', Phone: '01632 960 144' })) {
    await page.getByLabel(label, { exact: true }).fill(text)
  }
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function sends(page) {
  await page.getByLabel('Being more active').check()
  await page.getByLabel(/Phone 01632/).check()
  await page.getByLabel('None known to me').check()
  await page.getByLabel(/Yes, and to sharing/).check()
  await page.getByRole('button', { name: /^Send to/ }).click()
  await page.getByText('Sent to Stockton Social Prescribing').waitFor()
}

async function realPractice(database, width) {
  const data = folder()
  const here = async (...args) => {
    const done = await run([...args, ...database])
    assert.equal(done.code, 0, done.err)
    return done.out
  }
  let file = realData('uk_ods/gp_practices_active_2025-11.csv')
  const count = file ? 6618 : 2
  if (!file) { file = join(data.path, 'national.csv'); writeFileSync(file, NATIONAL) }
  assert.match(await here('import', 'practices', file, '--dry-run'), new RegExp(`${count} added.*Dry run`))
  assert.match(await here('import', 'practices', file), new RegExp(`${count} rows read, ${count} added, 0 changed`))
  assert.match(await here('import', 'practices', file), new RegExp(`0 added, 0 changed, ${count} unchanged`))
  assert.match(await here('scheme', 'add', 'Stockton Social Prescribing', '--practice', 'A81001'), /stockton-social-prescribing/)
  assert.match(await here('scheme', 'add', 'Stockton Social Prescribing', '--agency', 'Stockton Housing'), /Stockton Housing refers at \/o\/stockton-housing/)
  const wrong = await run(['scheme', 'add', 'Stockton Social Prescribing', '--agency', 'Stockton Social Prescribing', ...database])
  assert.match(`${wrong.code} ${wrong.err}`, /^1 .*Stockton Social Prescribing: named twice here/)
  const links = {}
  for (const [email, role, org, extra] of [
    ['officer@example.org', 'referrer', 'stockton-housing', ['--job-title', 'Tenancy officer']],
    ['gp@example.org', 'referrer', 'A81001', ['--job-title', 'GP']],
    ['lead@example.org', 'supervisor', 'stockton-social-prescribing', []],
    ['manager@example.org', 'practice_manager', 'A81001', []],
    ['maya@example.org', 'link_worker', 'stockton-social-prescribing', ['--days', 'A81001=Mondays, room 2']],
  ]) {
    const out = await here('user', 'add', '--name', `Somebody ${role}`, '--email', email, '--role', role, '--org', org, ...extra)
    links[email] = out.match(/\/l\/[0-9a-f]{40}/)[0]
  }
  const server = await serve(database)
  const engine = await browser()
  try {
    const gp = await open(engine, server, { width })
    await chooses(gp, links['gp@example.org'])
    await signIn(gp, 'gp@example.org')
    assert.match(await gp.textContent('body'), /THE DENSHAM SURGERY/)
    await person(gp, 'Ida', 'Quill')
    assert.match(await gp.textContent('main'), /Mondays, room 2.*Too early to say|Too early to say.*Mondays, room 2/s)
    await sends(gp)
    assert.match(await gp.textContent('main'), /For the record.*871731000000106/s)
    // An agency refers on the same pages, and has no GP record in which to file a code.
    const officer = await open(engine, server, { width })
    await chooses(officer, links['officer@example.org'])
    await signIn(officer, 'officer@example.org')
    await person(officer, 'Omar', 'Vance')
    await sends(officer)
    await accessible(officer, 'a receipt of an agency')
    assert.doesNotMatch(await officer.textContent('main'), /For the record|871731000000106|practice/)
    const lead = await open(engine, server, { width })
    await chooses(lead, links['lead@example.org'])
    await signIn(lead, 'lead@example.org')
    await lead.getByRole('link', { name: /^Referrals/ }).first().click()
    await lead.getByRole('link', { name: 'Ida Quill' }).click()
    await lead.getByLabel('Somebody link_worker').check()
    await lead.getByRole('button', { name: 'Accept' }).click()
    await lead.getByText('1 person is waiting').waitFor()
    assert.match(await lead.textContent('main'), /Omar Vance.*Stockton Housing/s)
    await lead.getByRole('link', { name: 'Omar Vance' }).click()
    await lead.getByLabel('Somebody link_worker').check()
    await lead.getByRole('button', { name: 'Accept' }).click()
    await lead.getByText('Nobody is waiting').waitFor()
    await gp.reload()
    assert.match(await gp.textContent('main'), /Accepted\. Somebody link_worker takes it up/)
    if (realData('hsds_us_miami211/data')) await wholeJourney(engine, server, { here, links, gp, width })
    const metrics = await fetch(`${server.address}/readyz`)
    assert.equal(metrics.status, 200)
  } finally {
    await engine.close()
    await server.stop()
    data.remove()
  }
  assert.match(await here('check'), /Everything verifies/)
}

test('a referral from a really imported practice goes through on SQLite, on a desk', async () => {
  const data = folder()
  try { await realPractice(['--data', data.path], 1280) } finally { data.remove() }
})

test('a referral from a really imported practice goes through on PostgreSQL, on a telephone', async (t) => {
  const url = await postgres()
  if (!url) return t.skip('LEFT OUT: PostgreSQL')
  const data = folder()
  try { await realPractice(['--data', data.path, '--database', url], 320) } finally { data.remove() }
})

test('whose work is in the program is printed, with the licences', async () => {
  const done = await run(['licences'])
  assert.equal(done.code, 0)
  assert.match(done.out, /nhsuk-frontend .*MIT licence.*Open Government Licence.*\nsqlx 0\.9.*MIT OR Apache-2\.0.*Permission is hereby granted/s)
})

test('what is refused says in one line what to do, and exits 1; wrong usage exits 2', async () => {
  const data = folder()
  const database = ['--data', join(data.path, 'db')]
  const refused = async (args, said, code = 1) => {
    const done = await run([...args, ...database])
    assert.equal(done.code, code, `${args}: ${done.out}${done.err}`)
    assert.match(done.err, said)
    if (code === 1) assert.equal(done.err.trim().split('\n').length, 1, done.err)
  }
  try {
    await refused(['check'], /there is no database in this folder/)
    await refused(['nonsense'], /unrecognized subcommand/, 2)
    await refused(['import', 'practices', '/nowhere.csv'], /Check the path/)
    await refused(['user', 'add', '--name', 'A', '--email', 'x', '--role', 'referrer', '--org', 'A81001'], /Enter an email/)
    await refused(['user', 'add', '--name', 'A', '--email', 'a@b.org', '--role', 'king', '--org', 'A81001'], /choose one of/)
    await refused(['user', 'disable', 'nobody@example.org'], /nobody signs in/)
    await refused(['serve', '--listen', '0.0.0.0:0'], /--behind-proxy/)
    await refused(['demo', '--on', 'yesterday'], /2026-11-21/)
    assert.equal((await run(['demo', ...database])).code, 0)
    await refused(['demo'], /in use/)
    const out = join(data.path, 'out')
    assert.match((await run(['export', 'everything', out, ...database])).out, /rows are in/)
    assert.match(readFileSync(join(out, 'referral.csv'), 'utf8'), /code_for_record\n.*871731000000106/s)
    await refused(['export', 'everything', out], /choose a new or an empty folder/)
    await refused(['serve', '--listen', '0.0.0.0:0', '--behind-proxy'], /one-click sign-in/)
    assert.match((await run(['settings'])).out, /behind_proxy = false/)
  } finally { data.remove() }
})

test('metrics are served on a listener of their own, by route and never by address', async () => {
  const data = folder()
  const server = await serve(['--data', data.path, '--metrics-listen', '127.0.0.1:0'])
  try {
    await fetch(`${server.address}/l/0123456789abcdef0123456789abcdef01234567`)
    assert.equal((await fetch(`${server.address}/metrics`)).status, 404)
    assert.equal(await (await fetch(`${server.address}/healthz`)).text(), 'alive\n')
    const address = server.out().match(/Metrics are at (\S+)/)[1]
    const text = await (await fetch(address)).text()
    assert.match(text, /fingerpost_http_request_seconds_bucket\{[^}]*route="\/l\/\{token\}"/)
    assert.ok(!text.includes('0123456789abcdef'))
  } finally { await server.stop(); data.remove() }
})
