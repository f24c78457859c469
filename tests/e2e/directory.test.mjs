// The directory: two doors to one search, for staff and for anyone, in a real browser at both widths.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`a free gardening group for somebody who cannot climb steps at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const anyone = await open(engine, server, how)
    await anyone.goto(`${server.address}/directory`); await check(anyone, 'public search'); await picture(anyone, `public-${width}`)
    assert.doesNotMatch(await anyone.content(), /Oak House|Women's Aid/, 'a refuge is not public')
    await anyone.getByLabel('What would help?').fill('gardning near WX4 1TN on Tuesdays, no steps, free')
    await anyone.getByRole('button', { name: 'Search' }).click(); await check(anyone, 'found by a sentence'); await picture(anyone, `sentence-${width}`)
    const found = await anyone.textContent('main')
    assert.match(found, /Nothing here has .gardning./)
    assert.match(found, /on Tuesday, free, without steps, near/)
    assert.match(found, /Raised Bed Gardeners.*Community Garden.*Does not fit now.*Hillside Allotment Friends.*There are steps/s)
    assert.match(found, /Whether there are steps: not known/)
    assert.equal((await anyone.context().cookies()).length, 0, 'nothing is kept of who looks')
    await anyone.getByRole('link', { name: /Add to my list: Raised Bed Gardeners/ }).click(); await check(anyone, 'one on the list')
    await anyone.getByRole('link', { name: 'Raised Bed Gardeners', exact: true }).click(); await check(anyone, 'public service')
    assert.match(await anyone.textContent('main'), /1 place.*Tuesday, 1:30pm to 3:30pm/s)
    await anyone.goBack()
    await anyone.getByRole('link', { name: /Add to my list: Community Garden/ }).click()
    await anyone.getByRole('link', { name: /My list: 2 services/ }).click(); await check(anyone, 'my list'); await picture(anyone, `list-${width}`)
    assert.match(await anyone.textContent('main'), /Raised Bed Gardeners.*Community Garden/s)
    assert.match(await anyone.getByRole('button', { name: 'Send by email' }).getAttribute('href'), /^mailto:\?subject=Things%20near%20here&body=Raised/)
    await anyone.getByRole('button', { name: 'Large print' }).click(); await check(anyone, 'my list, larger')
    await anyone.getByRole('link', { name: /Take off my list: Community Garden/ }).click()
    assert.doesNotMatch(await anyone.textContent('main'), /Community Garden/)
    await anyone.goto(`${server.address}/directory?q=nowhere+to+live+want+to+die`); await check(anyone, 'words of danger')
    assert.match(await anyone.textContent('main'), /You do not have to cope alone/)

    await anyone.goto(`${server.address}/directory`)
    await anyone.getByRole('link', { name: 'Start from a person' }).click(); await check(anyone, 'a person'); await picture(anyone, `person-${width}`)
    await anyone.getByLabel('Near which postcode or town?').fill('Market Wexley')
    await anyone.getByLabel('Age', { exact: true }).fill('81')
    await anyone.getByLabel('Tue', { exact: true }).check()
    await anyone.getByLabel('Men', { exact: true }).check()
    await anyone.getByRole('button', { name: 'Search' }).click(); await check(anyone, 'found from a person'); await picture(anyone, `from-person-${width}`)
    const person = await anyone.textContent('main')
    assert.match(person, /middle of Market Wexley/)
    assert.match(person, /Does not fit now/)
    assert.ok(person.indexOf('Tannery Choir') < person.indexOf('Does not fit now'))
    await anyone.goto(`${server.address}/directory?q=women%27s+group&who=men`)
    assert.match(await anyone.textContent('main'), /Does not fit now.*Talking Tables.*Only for: women/s)
    await anyone.goto(`${server.address}/directory?q=ukulele`); await check(anyone, 'resting')
    assert.match(await anyone.textContent('main'), /Closed until 14 January 2027/)

    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await maya.getByRole('link', { name: 'Directory' }).click(); await check(maya, 'staff search'); await picture(maya, `directory-${width}`)
    await maya.getByLabel('What would help?').fill('refuge')
    await maya.getByRole('button', { name: 'Search' }).click(); await check(maya, 'not public')
    assert.match(await maya.textContent('main'), /Oak House.*Not public/s)
    assert.ok(await valid([anyone, maya]) > 8)
    for (const page of [anyone, maya]) await page.context().close()
  })
}
