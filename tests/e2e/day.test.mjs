// The link worker's day: visits, going in and coming out, the diary elsewhere, looking somebody up, being away, handing over.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

/** Types a day into three fields. */
async function day(page, id, { day, month, year }) {
  await page.locator(`#${id}-day`).fill(String(day))
  await page.locator(`#${id}-month`).fill(String(month))
  await page.locator(`#${id}-year`).fill(String(year))
}

const inDays = (days) => {
  const on = new Date(Date.now() + days * 86_400_000)
  return { day: on.getDate(), month: on.getMonth() + 1, year: on.getFullYear() }
}

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`a day of visits at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const maya = await open(engine, server, how)
    await signInAs(maya, width === 1280 ? /Maya Okonkwo/ : /Tomasz Brennan/)
    await check(maya, 'today'); await picture(maya, `today-${width}`)
    const card = maya.locator('.fp-today > li').first()
    const name = await card.getByRole('heading').textContent()
    assert.match(await card.textContent(), /10am.*Home visit.*choir's leaflet/s)
    await card.getByRole('button', { name: /I am going in/ }).click(); await check(maya, 'gone in')
    assert.match(await maya.locator('.fp-today > li').first().textContent(), /Wanted to be back by/)

    // A supervisor sees who is out, and nothing else of the visit changes.
    const josephine = await open(engine, server, how)
    await signInAs(josephine, /Josephine Carr/); await check(josephine, 'who is out'); await picture(josephine, `out-${width}`)
    assert.match(await josephine.textContent('main'), /went in at .* and wanted to be back by/)
    await maya.getByRole('button', { name: /I have left/ }).click()
    await josephine.reload()
    assert.doesNotMatch(await josephine.textContent('main'), /went in at/)

    // A visit is planned, wrongly and rightly.
    await maya.locator('.fp-today > li').first().getByRole('link', { name, exact: true }).click(); await check(maya, 'the case'); await picture(maya, `case-visits-${width}`)
    const address = maya.url()
    await maya.getByRole('link', { name: 'Plan a visit' }).click(); await check(maya, 'plan a visit'); await picture(maya, `visit-${width}`)
    await maya.getByLabel('What time?').fill('half past')
    await maya.getByLabel('How many minutes?').fill('600')
    await maya.getByRole('button', { name: 'Put it in the diary' }).click(); await check(maya, 'plan a visit, wrong'); await picture(maya, `visit-wrong-${width}`)
    assert.match(await maya.textContent('main'), /Choose where you meet.*Enter a time, for example 10:30 or 2pm.*5 to 480 minutes/s)
    await maya.getByLabel('Meeting somewhere else').check()
    await day(maya, 'on', inDays(2))
    await maya.getByLabel('What time?').fill('2pm')
    await maya.getByLabel('How many minutes?').fill('45')
    await maya.getByLabel('Which place? (optional)').fill('The library café')
    await maya.getByRole('button', { name: 'Put it in the diary' }).click(); await check(maya, 'planned')
    assert.match(await maya.textContent('main'), /The visit is in the diary.*2pm.*Meeting somewhere else, The library café/s)
    await maya.getByRole('button', { name: /Call it off.*2pm/ }).click()
    assert.match(await maya.textContent('main'), /The visit is called off/)

    // Writing down how it went: kind and day are there already, and the card knows.
    await maya.getByRole('link', { name: 'Caseload' }).first().click()
    const done = maya.locator('.fp-today > li').filter({ hasText: 'Write down how it went' })
    if (await done.count() > 0) {
      await done.first().getByRole('link', { name: /Write down how it went/ }).click(); await check(maya, 'write it down')
      assert.notEqual(await maya.locator('#kind').inputValue(), '')
      await maya.getByLabel(/Yes, uses no session/).check()
      await maya.getByLabel('What happened, in plain words').fill('We drank tea and looked at the leaflet.')
      await maya.getByRole('button', { name: 'Save contact' }).click()
      assert.match(await maya.textContent('main'), /The contact is saved/)
      await maya.getByRole('link', { name: 'Caseload' }).first().click()
      assert.match(await maya.locator('.fp-today').textContent(), /Written down/)
    }

    // The diary, and its address for a calendar elsewhere: times, no names.
    await maya.getByRole('link', { name: 'The whole diary' }).click(); await check(maya, 'diary'); await picture(maya, `diary-${width}`)
    await maya.getByRole('button', { name: 'Make an address' }).click(); await check(maya, 'diary, address')
    const feed = (await maya.textContent('main')).match(/\/calendar\/[0-9a-f]+\/visits\.ics/)[0]
    const calendar = await (await fetch(`${server.address}${feed}`)).text()
    assert.match(calendar, /BEGIN:VCALENDAR.*BEGIN:VEVENT.*DTSTART:\d{8}T\d{6}Z.*SUMMARY:Home visit/s)
    assert.ok(!calendar.includes(name.split(' ').at(-1)) && !/library|leaflet/i.test(calendar), 'nobody is named')
    await maya.getByRole('button', { name: 'End the address' }).click()
    assert.equal((await fetch(`${server.address}${feed}`)).status, 404)
    assert.equal((await fetch(`${server.address}/calendar/0000/visits.ics`)).status, 404)

    // Somebody is looked up; what is typed is in no address.
    await maya.getByRole('link', { name: 'Caseload' }).first().click()
    await maya.getByLabel('Find somebody').fill('a')
    await maya.getByRole('button', { name: 'Find' }).click(); await check(maya, 'find, too little')
    assert.match(await maya.textContent('main'), /at least 2 letters/)
    await maya.getByLabel(/Name, NHS number/).fill(name.split(' ').at(-1).toUpperCase())
    await maya.getByRole('button', { name: 'Find' }).click(); await check(maya, 'found'); await picture(maya, `found-${width}`)
    assert.ok(!maya.url().includes(name.split(' ').at(-1)))
    assert.ok(await maya.getByRole('link', { name }).count() > 0)
    await maya.getByLabel(/Name, NHS number/).fill('Zyzzyva')
    await maya.getByRole('button', { name: 'Find' }).click(); await check(maya, 'nobody found'); await picture(maya, `nobody-${width}`)
    assert.match(await maya.textContent('main'), /Nobody was found among your own people/)

    // Away, wrongly and rightly, and back.
    await maya.getByRole('link', { name: 'Caseload' }).first().click()
    await maya.getByRole('link', { name: /Who is away/ }).click(); await check(maya, 'who is away'); await picture(maya, `cover-${width}`)
    await day(maya, 'from', inDays(60)); await day(maya, 'until', inDays(58))
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'away, wrong'); await picture(maya, `away-wrong-${width}`)
    assert.match(await maya.textContent('main'), /The last day must be the first one or later/)
    await day(maya, 'until', inDays(64))
    await maya.getByLabel('Who looks after the people meanwhile?').selectOption({ index: 1 })
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'away')
    assert.match(await maya.textContent('main'), /Saved\. Whoever covers sees these people/)
    await maya.getByRole('button', { name: /Take it out/ }).last().click()
    assert.match(await maya.textContent('main'), /Taken out/)

    // Handed over for good: all that is typed comes back with the error; then the person is somebody else's.
    await maya.goto(address)
    await maya.getByRole('link', { name: /to a colleague/ }).click(); await check(maya, 'hand over'); await picture(maya, `hand-over-${width}`)
    await maya.getByLabel('What does the next link worker need to know?').fill('Rings on Fridays.')
    await maya.getByRole('button', { name: 'Hand over' }).click(); await check(maya, 'hand over, wrong'); await picture(maya, `hand-over-wrong-${width}`)
    assert.match(await maya.textContent('main'), /Choose who looks after them from now on/)
    assert.equal(await maya.getByLabel(name, { exact: true }).isChecked(), true)
    await maya.getByLabel('Who looks after them from now on?').selectOption({ label: await maya.locator('#to option', { hasText: 'Leila Farouk' }).textContent() })
    await maya.getByRole('button', { name: 'Hand over' }).click(); await check(maya, 'handed over')
    assert.equal((await maya.goto(address)).status(), 404, 'it is theirs no more')
    const leila = await open(engine, server, how)
    await signInAs(leila, /Leila Farouk/)
    await leila.goto(address); await check(leila, 'the next link worker')
    assert.match(await leila.textContent('main'), /handed over to Leila Farouk.*Rings on Fridays\./s)
    assert.ok(await valid([maya, josephine, leila]) > 10)
    for (const page of [maya, josephine, leila]) await page.context().close()
  })
}
