// How things are: the four questions together, on paper, and through the person's own link.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`four questions before and after at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const maya = await open(engine, server, how)
    await signInAs(maya, /Josephine Carr/)
    await maya.getByRole('link', { name: 'Everyone' }).click()
    // Somebody who was not asked yet; another person for each run, because what was asked stays.
    const people = await maya.locator('.fp-cell-name a').evaluateAll((links) => links.map((link) => link.href))
    for (const href of people) {
      await maya.goto(href)
      if ((await maya.textContent('main')).includes('Nothing was asked yet.')) break
    }
    await maya.getByRole('link', { name: 'Ask the questions' }).click(); await check(maya, 'measures, empty'); await picture(maya, `measures-empty-${width}`)
    const list = maya.url()
    await maya.getByText('On paper, and whose questions they are').click()
    await maya.getByRole('link', { name: 'Print Four questions about how you feel on paper' }).click(); await check(maya, 'paper'); await picture(maya, `paper-${width}`)
    await maya.getByRole('link', { name: 'Back', exact: true }).click()

    await maya.getByRole('button', { name: 'Begin' }).click(); await check(maya, 'first question'); await picture(maya, `question-${width}`)
    assert.match(await maya.textContent('main'), /Question 1 of 4.*no right or wrong answers.*satisfied are you with your life/s)
    await maya.getByRole('button', { name: 'Next' }).click(); await check(maya, 'nothing chosen')
    assert.match(await maya.textContent('main'), /Choose a number from 0 to 10/)
    await maya.getByLabel('3', { exact: true }).check()
    await maya.getByRole('button', { name: 'Next' }).click(); await check(maya, 'second question')
    await maya.getByRole('button', { name: 'Leave this one out' }).click()
    assert.match(await maya.textContent('main'), /Question 3 of 4/)
    await maya.goto(list); await check(maya, 'measures, half')
    assert.match(await maya.textContent('main'), /2 of 4 answered/)
    await maya.getByRole('link', { name: 'Go on' }).click()
    assert.match(await maya.textContent('main'), /Question 3 of 4/)
    await maya.getByRole('link', { name: 'Back', exact: true }).click()
    assert.match(await maya.textContent('main'), /Question 2 of 4/)
    await maya.getByLabel('5', { exact: true }).check()
    await maya.getByRole('button', { name: 'Next' }).click()
    await maya.getByLabel('4', { exact: true }).check()
    await maya.getByRole('button', { name: 'Next' }).click()
    await maya.getByLabel('7', { exact: true }).check()
    await maya.getByRole('button', { name: 'Next' }).click(); await check(maya, 'measures, done')
    assert.match(await maya.textContent('main'), /3 \(low\).*not asked yet.*5 \(medium\).*7 \(high\)/s)

    await maya.getByRole('button', { name: 'Begin' }).click(); await check(maya, 'measures, no moment')
    assert.match(await maya.textContent('main'), /Choose when in their case/)
    await maya.getByLabel('At the end').check()
    await maya.getByLabel('By themselves, through a link').check()
    await maya.getByRole('button', { name: 'Begin' }).click(); await check(maya, 'measures, link')
    const link = (await maya.textContent('main code')).trim()
    assert.ok(link.startsWith(server.address), link)

    const own = await open(engine, server, how)
    await own.goto(link); await check(own, 'own question'); await picture(own, `own-${width}`)
    assert.doesNotMatch(await own.textContent('body'), /Carr|Okonkwo|Wexley Vale Social/, 'it names nobody')
    await own.getByLabel('8', { exact: true }).check()
    await own.getByRole('button', { name: 'Next' }).click()
    const elsewhere = await open(engine, server, how)
    await elsewhere.goto(link)
    assert.match(await elsewhere.textContent('main'), /Question 2 of 4/, 'it goes on where it stopped, on another telephone too')
    for (let n = 0; n < 2; n += 1) await elsewhere.getByRole('button', { name: 'Leave this one out' }).click()
    await elsewhere.getByLabel('2', { exact: true }).check()
    await elsewhere.getByRole('button', { name: 'Next' }).click(); await check(elsewhere, 'thank you')
    assert.match(await elsewhere.textContent('main'), /That was the last question/)
    assert.equal((await own.goto(link)).status(), 404)

    await maya.goto(list); await check(maya, 'measures, both'); await picture(maya, `measures-${width}`)
    assert.match(await maya.textContent('main'), /3 \(low\).*8 \(high\).*5 \(medium\).*left out.*one person's change says nothing/s)
    await maya.getByRole('link', { name: /^Back to/ }).click(); await check(maya, 'case with scores')
    assert.ok(await valid([maya, own, elsewhere]) > 15)
    for (const page of [maya, own, elsewhere]) await page.context().close()
  })
}

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`what somebody says about themself at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await maya.getByRole('link', { name: 'Everyone' }).click()
    await maya.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
    await maya.getByRole('link', { name: /about Peggy and how information/ }).click(); await check(maya, 'about'); await picture(maya, `about-${width}`)
    const asked = width === 320
    assert.equal(await maya.getByLabel('Ethnic group', { exact: true }).inputValue(), asked ? 'A' : '', 'nothing is chosen for anybody')
    await maya.getByLabel('Ethnic group', { exact: true }).selectOption('White: British')
    await maya.getByLabel('Sexual orientation', { exact: true }).selectOption('Prefers not to say')
    await maya.getByLabel('Religion or belief', { exact: true }).selectOption('In their own words')
    await maya.getByLabel('In their own words: religion or belief').fill('')
    await maya.getByLabel('Large print').check()
    await maya.getByLabel(/I asked Peggy/).uncheck()
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'about, wrong')
    assert.match(await maya.textContent('main'), /write their own words.*Tick that you asked/s)
    await maya.getByLabel('In their own words: religion or belief').fill('Quaker, on and off')
    await maya.getByLabel(/I asked Peggy/).check()
    await maya.getByLabel('Yes', { exact: true }).check()
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'case after about')
    assert.match(await maya.textContent('main'), /Saved.*Meet their needs.*Large print\./s)
    await maya.getByRole('link', { name: /about Peggy and how information/ }).click()
    assert.equal(await maya.getByLabel('In their own words: religion or belief').inputValue(), 'Quaker, on and off')
    assert.ok(await valid([maya]) > 3)
    await maya.context().close()
  })
}

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`an answer that may mean danger at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await maya.getByRole('link', { name: /^Everyone/ }).click()
    await maya.locator('.fp-cell-name a').nth(width === 320 ? 2 : 1).click()
    const address = maya.url()
    await maya.getByRole('link', { name: 'Ask the questions' }).click()
    await maya.getByLabel('PHQ-9: mood over the last two weeks').check()
    await maya.getByLabel('On the way').check()
    await maya.getByLabel('By themselves, through a link').check()
    await maya.getByRole('button', { name: 'Begin' }).click(); await check(maya, 'not through a link')
    assert.match(await maya.textContent('main'), /nobody is there to see it. Ask them together/)
    assert.equal(await maya.getByLabel('PHQ-9: mood over the last two weeks').isChecked(), true, 'what was chosen stays')
    await maya.getByLabel('Together, now').check()
    await maya.getByRole('button', { name: 'Begin' }).click(); await check(maya, 'phq, first'); await picture(maya, `phq-${width}`)
    assert.match(await maya.textContent('main'), /Question 1 of 9.*Over the last 2 weeks.*Little interest or pleasure/s)
    for (let n = 1; n < 9; n += 1) {
      await maya.getByLabel('Not at all').check()
      await maya.getByRole('button', { name: 'Next' }).click()
    }
    await maya.getByLabel('Several days').check()
    await maya.getByRole('button', { name: 'Next' }).click(); await check(maya, 'stop here'); await picture(maya, `stop-${width}`)
    assert.match(await maya.textContent('main'), /Let us stop here, and talk.*ring 999.*116 123/s)
    await maya.getByRole('link', { name: 'Go on, to the case' }).click(); await check(maya, 'danger'); await picture(maya, `danger-${width}`)
    assert.match(await maya.textContent('main'), /An answer may mean danger: PHQ-9.*Speak with them today/s)
    await maya.getByRole('link', { name: 'Caseload' }).first().click(); await check(maya, 'danger on the caseload')
    assert.match(await maya.textContent('main'), /An answer of .* may mean danger, .*(am|pm|midday|midnight)\. Speak/)
    await maya.goto(address)
    await maya.getByRole('button', { name: 'I have seen to it' }).click(); await check(maya, 'seen to')
    assert.match(await maya.textContent('main'), /Noted that you have seen to it/)
    assert.doesNotMatch(await maya.textContent('main'), /An answer may mean danger/)

    // A number is typed; what nobody did is not asked further.
    await maya.getByRole('link', { name: 'Ask the questions' }).click()
    await maya.getByLabel('IPAQ: how much you move').check()
    await maya.getByLabel('At the beginning').check()
    await maya.getByRole('button', { name: 'Begin' }).click()
    const days = async (n) => { await maya.getByLabel(String(n), { exact: true }).check(); await maya.getByRole('button', { name: 'Next' }).click() }
    await days(0); await days(0); await days(5)
    await maya.getByLabel(/usually spend walking/).fill('half an hour')
    await maya.getByRole('button', { name: 'Next' }).click(); await check(maya, 'no number'); await picture(maya, `number-${width}`)
    assert.match(await maya.textContent('main'), /Type a number of minutes a day from 0 to 1440/)
    await maya.getByLabel(/usually spend walking/).fill('30')
    await maya.getByRole('button', { name: 'Next' }).click()
    await maya.getByRole('button', { name: 'Leave this one out' }).click(); await check(maya, 'moved')
    assert.match(await maya.textContent('main'), /Moving, MET-minutes a week \(IPAQ\): 495 \(moderate\)/)
    assert.ok(await valid([maya]) > 5)
    await maya.context().close()
  })
}
