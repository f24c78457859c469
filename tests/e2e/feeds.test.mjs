// A directory of others is followed: from a form to an entry that people find, through its changes, and what is strange about it.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, run, signInAs, valid } from './support.mjs'

// The feeds here stand on this machine: the operator has to name it.
process.env.FINGERPOST_FEEDS_INSIDE = '["127.0.0.1"]'

const LEISURE = '/o/wexley-vale-social-prescribing'
const MOCKS = new URL('../../../shared/realdata/oruk/OpenReferralApi/Mocks/V3.0-UK-Default/', import.meta.url)

const id = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** A service as a page of its own says it. */
const service = (number, name, more = {}) => ({
  id: id(number), name, status: 'active', description: `<p>${name} &amp; friends</p>`, last_modified: '2026-11-20T10:00:00Z', ...more,
  organization: { id: id(9000), name: 'County Leisure', description: 'Leisure' },
  schedules: [{ id: id(100 + number), freq: 'WEEKLY', byday: 'WE', opens_at: '14:00', closes_at: '15:30' }],
  service_at_locations: [{ id: id(200 + number), location: {
    id: id(300 + number), location_type: 'physical', name: 'Corn Hall', latitude: 53.2, longitude: -1.5,
    addresses: [{ id: id(400 + number), address_1: '2 Corn Street', city: 'Market Wexley', state_province: '', postal_code: 'WX4 1TN', country: 'GB', address_type: 'physical' }],
  } }],
})

/** A feed that answers as `feed` says. */
function feedOf(feed) {
  const server = createServer((request, response) => {
    const at = new URL(request.url, 'http://feed')
    if (feed.html) { response.setHeader('content-type', 'text/html'); response.end('<!doctype html><title>Sign in</title>'); return }
    const page = Number(at.searchParams.get('page') ?? 1)
    const one = at.pathname.match(/^\/api\/services\/(.+)$/)?.[1]
    const found = feed.services.find((each) => each.id === one)
    const list = feed.services.slice((page - 1) * 100, page * 100).map(({ schedules, service_at_locations, ...bare }) => bare)
    if (one && !found) response.statusCode = 404
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(one ? found ?? {} : { total_items: feed.total ?? feed.services.length, total_pages: 1, last_page: true, contents: list }))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}/api`, close: () => { server.closeAllConnections(); server.close() } })))
}

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

/** Presses until the page says so: a reading begins within a minute. */
async function until(page, words) {
  for (let tries = 0; tries < 120; tries += 1) {
    if (words.test(await page.textContent('main'))) return
    await page.waitForTimeout(500)
    await page.goto(page.url().split('?')[0])
  }
  assert.match(await page.textContent('main'), words)
}

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`a steward follows a directory at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async (t) => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const named = (number) => `Corn Hall ${width} group ${number}`
    const start = width * 10
    const state = { services: [1, 2, 3].map((number) => service(start + number, named(number))), total: 31 }
    const feed = await feedOf(state)
    t.after(feed.close)
    const steward = await open(engine, server, how)
    await signInAs(steward, /Anwen Rees/)
    await steward.goto(`${server.address}${LEISURE}/steward`)
    await steward.getByRole('link', { name: 'Where entries come from' }).click(); await check(steward, 'sources'); await picture(steward, `sources-${width}`)
    await steward.getByRole('button', { name: 'Follow a directory' }).click(); await check(steward, 'a new feed')
    await steward.getByRole('button', { name: 'Follow it' }).click(); await check(steward, 'nothing typed')
    assert.match(await steward.textContent('main'), /Enter the address of the feed.*Enter whose directory it is/s)
    await steward.getByLabel('Address of the feed').fill('https://me:secret@county.example/api')
    await steward.getByLabel('Whose directory is it?').fill(`County ${width}`)
    await steward.getByRole('button', { name: 'Follow it' }).click(); await picture(steward, `source-wrong-${width}`)
    assert.match(await steward.textContent('main'), /without a user name, a password/)
    await steward.getByLabel('Address of the feed').fill(`${feed.url}/services`)
    await steward.getByLabel('Its licence (optional)').fill('Open Government Licence 3.0')
    await steward.getByLabel('Its licence lets us').check()
    await steward.getByRole('button', { name: 'Follow it' }).click(); await check(steward, 'followed')
    assert.match(await steward.textContent('main'), /The first reading begins within a minute/)
    await until(steward, /Read to its end/); await check(steward, 'read'); await picture(steward, `source-${width}`)
    assert.match(await steward.textContent('main'), /Listed\s*3\s*New here\s*3/)
    await steward.getByText('What was strange (1)').click()
    assert.match(await steward.textContent('main'), /It says that it has 31 services, and lists 3/)

    const anyone = await open(engine, server, how)
    await anyone.goto(`${server.address}/directory?q=${encodeURIComponent(named(2))}`)
    await anyone.getByRole('link', { name: named(2), exact: true }).click(); await check(anyone, 'an entry of the feed')
    assert.match(await anyone.textContent('main'), new RegExp(`${named(2)} & friends`), 'words, not markup')
    const given = await (await fetch(`${server.address}/oruk/services/${id(start + 2)}`)).json()
    assert.equal(given.name, named(2), 'its licence lets it be given on')

    // The feed falls ill: nothing is lost, and somebody is told.
    state.html = true
    await steward.getByRole('button', { name: 'Read it now' }).click()
    await until(steward, /What came was no page of a directory/); await check(steward, 'ill'); await picture(steward, `source-ill-${width}`)
    await steward.goto(`${server.address}${LEISURE}/sources`); await check(steward, 'sources, one ill'); await picture(steward, `sources-ill-${width}`)
    await anyone.goto(`${server.address}/directory?q=${encodeURIComponent(named(2))}`)
    assert.ok(await anyone.getByRole('link', { name: named(2), exact: true }).isVisible(), 'its entries are still found')

    await steward.getByRole('link', { name: `County ${width}` }).click()
    await steward.getByText('Where it is, how often').click()
    await steward.getByLabel('Its licence lets us').uncheck()
    await steward.getByRole('button', { name: 'Save' }).click()
    assert.equal((await fetch(`${server.address}/oruk/services/${id(start + 2)}`)).status, 404, 'taken back at once')
    await steward.getByRole('button', { name: 'Stop reading it' }).click(); await check(steward, 'stopped')
    assert.match(await steward.textContent('main'), /Nobody reads it: it was stopped/)
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    assert.equal((await maya.goto(`${server.address}${LEISURE}/sources`)).status(), 404, 'no link worker changes where entries come from')
    assert.ok(await valid([steward, anyone]) > 8)
    for (const page of [steward, anyone, maya]) await page.context().close()
  })
}

test('from a shell: a feed is added, pulled and listed, and no address inside is asked without the operator', async (t) => {
  const feed = await feedOf({ services: [service(1, 'Shell Choir')] })
  t.after(feed.close)
  const data = ['--data', `${server.data.path}-shell`]
  const added = await run(['feed', 'add', feed.url, '--source', 'Shell county', ...data])
  assert.equal(added.code, 0, added.err)
  const again = await run(['feed', 'add', feed.url, '--source', 'Shell county', ...data])
  assert.match(again.err, /has a feed already/)
  const pulled = await run(['feed', 'pull', ...data])
  assert.equal(pulled.code, 0, pulled.err)
  assert.match(pulled.out, /Shell county: http.*Read to its end.*1 services listed: 1 added, 0 changed, 0 unchanged, 0 refused/s)
  assert.match((await run(['feed', 'pull', ...data])).out, /No feed is due/)
  const once = await run(['feed', 'pull', '--source', 'Shell county', ...data])
  assert.match(once.out, /0 added, 0 changed, 1 unchanged/)
  const strict = await run(['feed', 'pull', '--source', 'Shell county', ...data], { FINGERPOST_FEEDS_INSIDE: '[]' })
  assert.match(strict.out, /own network/)
  const plain = await run(['feed', 'add', 'http://county.example/api', '--source', 'Plain', ...data], { FINGERPOST_FEEDS_INSIDE: '[]' })
  assert.match(plain.err, /must begin with https/)

  if (!existsSync(MOCKS)) {
    console.log('LEFT OUT: the mock feed of the Open Referral UK validator (it is not part of the repository)')
    return
  }
  const mock = (name) => readFileSync(new URL(name, MOCKS))
  const real = createServer((request, response) => response.end(mock(/\/services\/./.test(request.url) ? 'service_full.json' : 'service_list.json')))
  t.after(() => real.close())
  await new Promise((resolve) => real.listen(0, '127.0.0.1', resolve))
  await run(['feed', 'add', `http://127.0.0.1:${real.address().port}`, '--source', 'Mock', ...data])
  const mocked = await run(['feed', 'pull', '--source', 'Mock', ...data])
  assert.match(mocked.out, /1 services listed: 1 added/)
  assert.match(mocked.out, /its coordinates are not on the earth: taken without them/)
})
