// The plan, the directory and a group that answers through its link: in a real browser, at both widths.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, fileBehind, letter, linkToGroup, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

const known = new Set()

const CASES = [
  { width: 1280, javaScriptEnabled: true, words: 'singing', service: 'Tannery Choir' },
  { width: 320, javaScriptEnabled: false, words: 'garden', service: 'Community Garden' },
]

for (const how of CASES) {
  const { width, javaScriptEnabled, words, service } = how
  test(`a plan, a group, its yes and a first visit at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await maya.getByRole('link', { name: 'Everyone' }).click()
    await maya.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click(); await check(maya, 'case')

    await maya.getByRole('link', { name: 'Open the plan' }).click(); await check(maya, 'plan'); await picture(maya, `plan-${width}`)
    await maya.getByLabel('Day', { exact: true }).fill('40')
    await maya.getByRole('button', { name: 'Save the plan' }).click(); await check(maya, 'plan, wrong')
    assert.match(await maya.textContent('main'), /must be a real date/)
    await maya.getByLabel('Day', { exact: true }).fill('1')
    await maya.getByLabel('Month').fill('2')
    await maya.getByLabel('Year').fill('2027')
    await maya.getByRole('button', { name: 'Add another goal' }).click(); await check(maya, 'plan, a goal more')
    await maya.getByLabel('I want to').last().fill(`Meet people at ${width} px`)
    await maya.getByRole('group', { name: 'How much does this matter to me?' }).last().getByLabel('8', { exact: true }).check()
    await maya.getByLabel('The step').last().fill('Go and look')
    await maya.getByRole('button', { name: /^Save and see/ }).click(); await check(maya, 'copy'); await picture(maya, `copy-${width}`)
    const copy = await maya.textContent('main')
    assert.match(copy, /My plan.*Go and look.*Monday 1 February 2027.*This plan is mine/s)
    assert.doesNotMatch(copy, /Walking in alone/, 'what is hard is not printed')
    await maya.getByRole('link', { name: 'Print these too' }).click(); await check(maya, 'whole copy'); await picture(maya, `copy-whole-${width}`)
    assert.match(await maya.textContent('main'), /What is hard just now.*Walking in alone.*it matters 8 of 10 to me/s)
    await maya.getByRole('link', { name: /Leave out what is hard/ }).click()
    await maya.getByRole('link', { name: /Very large print/ }).click(); await check(maya, 'very large copy')
    const paper = await fileBehind(maya, maya.getByRole('link', { name: 'Save as PDF' }))
    assert.deepEqual([paper.type, paper.head], ['application/pdf', '%PDF-'])
    await maya.getByRole('link', { name: 'Back to the plan' }).click()
    await maya.getByRole('link', { name: /^Back to Peggy/ }).click(); await check(maya, 'case with goals')
    assert.match(await maya.textContent('main'), new RegExp(`Meet people at ${width} px`))

    await maya.getByRole('link', { name: 'Find one that could fit' }).click(); await check(maya, 'what could fit'); await picture(maya, `fit-${width}`)
    assert.match(await maya.textContent('main'), /Distances are from Peggy's home/)
    assert.doesNotMatch(maya.url(), /WX4|near/i, 'where she lives is not in the address')
    await maya.getByLabel('What would help?').fill('xyzzy')
    await maya.getByRole('button', { name: 'Search' }).click(); await check(maya, 'nothing found')
    await maya.getByLabel('What would help?').fill(words)
    await maya.getByRole('button', { name: 'Search' }).click(); await check(maya, 'found')
    await maya.getByRole('link', { name: service, exact: true }).click(); await check(maya, 'service'); await picture(maya, `service-${width}`)
    await maya.getByRole('button', { name: 'Offer this to Peggy' }).click(); await check(maya, 'offer')
    await maya.getByLabel('What are they looking for?').fill('Peggy would like company')
    await maya.getByRole('button', { name: 'Offer it' }).click(); await check(maya, 'offer, wrong'); await picture(maya, `offer-${width}`)
    const wrong = await maya.textContent('main')
    assert.match(wrong, /Leave .Peggy. out.*Choose what the group is told.*Ask them first/s)
    await maya.getByLabel('What are they looking for?').fill('Used to sing alto. Would like company.')
    await maya.getByLabel('First visit (optional)').fill('Tuesday evening, and I come along')
    assert.equal(await maya.getByLabel('Name and phone number').count(), 0, 'her son answers the phone: it is not given on')
    await maya.getByLabel('Name, no phone number').check()
    await maya.getByLabel(/Peggy agreed that/).check()
    await maya.getByRole('button', { name: 'Offer it' }).click(); await check(maya, 'offered'); await picture(maya, `offered-${width}`)
    assert.match(await maya.textContent('main'), /being asked by email.*Waiting for the group/s)
    const place = maya.url().split('?')[0]

    const link = await linkToGroup(server, known)
    const group = await open(engine, server, how)
    for (let time = 0; time < 2; time += 1) await group.goto(link)
    await check(group, 'group asked'); await picture(group, `group-asked-${width}`)
    const asked = await group.textContent('main')
    assert.match(asked, /Can you welcome one more person\?.*Used to sing alto/s)
    assert.doesNotMatch(await group.content(), /Peggy|Margaret|Alderthwaite|960 142/, 'no name before the answer')
    await maya.goto(place)
    assert.match(await maya.textContent('main'), /Waiting for the group/, 'opening the page answered nothing')

    await group.getByRole('button', { name: 'We are full' }).click(); await check(group, 'group said no')
    assert.match(await group.textContent('main'), /not this time.*we are full/s)
    await group.getByRole('button', { name: 'Yes, they are welcome' }).click(); await check(group, 'group said yes'); await picture(group, `group-yes-${width}`)
    assert.match(await group.textContent('main'), /You said yes.*Who is it\?/s)
    assert.doesNotMatch(await group.content(), /Peggy|Margaret|Alderthwaite|960 142/, 'a yes alone names nobody: the link may have been passed on')
    await group.getByLabel('The code that we sent to').fill('12')
    await group.getByRole('button', { name: 'Show who it is' }).click(); await check(group, 'group, no code')
    assert.match(await group.textContent('main'), /six digits/)
    const code = (await letter(server, known, 'Here is the code')).match(/\d{3} \d{3}/)[0]
    await group.getByLabel('The code that we sent to').fill(code)
    await group.getByRole('button', { name: 'Show who it is' }).click(); await check(group, 'group reads the name'); await picture(group, `group-open-${width}`)
    assert.match(await group.textContent('main'), /You said yes.*Peggy Alderthwaite/s)
    const elsewhere = await open(engine, server, how)
    await elsewhere.goto(link); await check(elsewhere, 'passed on')
    assert.doesNotMatch(await elsewhere.content(), /Peggy|Alderthwaite/, 'whoever has the link alone reads no name')
    await elsewhere.context().close()
    await group.getByLabel('Who meets them?').fill('Jean, at the door')
    await group.getByLabel('What should they bring?').fill('Nothing')
    await group.getByRole('button', { name: /^Send it to/ }).click(); await check(group, 'group helps')
    assert.match(await group.textContent('main'), /Thank you. The link worker has it/)
    await maya.goto(place); await check(maya, 'connection, accepted')
    assert.match(await maya.textContent('main'), /Jean, at the door.*The code that opens a name: sent /s)
    await maya.getByRole('link', { name: /^A card for Peggy/ }).click(); await check(maya, 'card'); await picture(maya, `card-${width}`)
    assert.match(await maya.textContent('main'), /My first visit.*Jean, at the door/s)
    assert.doesNotMatch(await maya.locator('article').textContent(), /Peggy|lonel/, 'it says where, not whom and not why')
    await group.getByLabel('Year').fill('2099')
    await group.getByRole('button', { name: 'Yes, came that day' }).click(); await check(group, 'group, wrong day')
    assert.match(await group.textContent('main'), /must be today or earlier/)
    await group.getByLabel('Year').fill(String(new Date().getFullYear()))
    await group.getByRole('button', { name: 'Yes, came that day' }).click(); await check(group, 'group told a visit')
    assert.match(await group.textContent('main'), /: came/)

    await maya.goto(place); await check(maya, 'connection'); await picture(maya, `connection-${width}`)
    assert.match(await maya.textContent('main'), /Has been there.*through their link/s)
    await maya.getByRole('button', { name: 'End it' }).click(); await check(maya, 'connection, wrong end')
    await maya.getByRole('button', { name: 'Take it back' }).click(); await check(maya, 'connection taken back')
    const gone = await group.goto(link); await check(group, 'link gone')
    assert.equal(gone.status(), 404)
    assert.doesNotMatch(await group.content(), /Peggy/)
    await maya.getByRole('link', { name: /^Back to Peggy/ }).click(); await check(maya, 'case with connections'); await picture(maya, `case-${width}`)
    assert.match(await maya.textContent('main'), new RegExp(`${service}.*Taken back`, 's'))
    assert.ok(await valid([maya, group]) > 15)
    for (const page of [maya, group]) await page.context().close()
  })
}

test('nothing of a connection is in the log', async () => {
  assert.ok(server.log().includes('/l/{token}'), 'the link is logged as its route')
  for (const secret of ['Peggy', 'sing alto', 'tannerychoir', 'WX4']) assert.ok(!server.log().includes(secret), secret)
})
