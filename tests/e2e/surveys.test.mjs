// A survey of clinicians: made, answered without an account, read by themes, and what is learned on paper.

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, browser, fileBehind, neighbourhood, open, picture, run, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

const fill = async (scope, fields) => {
  for (const [label, text] of Object.entries(fields)) await scope.getByLabel(label, { exact: true }).first().fill(text)
}

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  const check = (page, where) => accessible(page, where, { javaScriptEnabled })

  test(`clinicians are asked, and what they wrote becomes something to act on, at ${width} px`, async () => {
    const page = await open(engine, server, how)
    await signInAs(page, /Josephine Carr/)
    await page.getByRole('link', { name: 'Improvement', exact: true }).click()
    await page.getByRole('link', { name: 'Ask clinicians what they think' }).click()
    await check(page, 'surveys'); await picture(page, `surveys-${width}`)
    await page.getByRole('button', { name: 'Make a survey' }).click()
    const title = `A second survey ${width}`
    await fill(page, { 'What is the survey called?': title, 'Which practices do you ask? (optional)': 'Elm, North\nELM, North\nAsh, South' })
    await page.getByRole('button', { name: 'Open the survey' }).click()
    await check(page, 'a survey, wrong'); await picture(page, `survey-new-${width}`)
    assert.match(await page.textContent('.fp-problems'), /ELM stands there twice.*how many people/s)
    await fill(page, { 'Which practices do you ask? (optional)': 'Elm, North\nAsh, South\nOak, South', 'How many people do you ask?': '9' })
    await page.getByLabel('By a codebook, with two or more readers').check()
    await page.getByRole('button', { name: 'Open the survey' }).click()
    await check(page, 'a survey that was opened'); await picture(page, `survey-opened-${width}`)
    assert.match(await page.textContent('main'), /The survey is open.*0 of 9 answered.*It can be read from ten answers on/s)
    const address = new URL(await page.locator('.fp-break a').first().getAttribute('href')).pathname
    const survey = page.url()

    const colleague = await open(engine, server, how)
    for (const [at, practice] of ['Elm', 'Ash', 'Elm', 'Ash', 'Elm'].entries()) {
      await colleague.goto(address)
      const chosen = (question, answer) => colleague.getByRole('group', { name: question }).getByLabel(answer, { exact: true }).check()
      await chosen('In which practice do you work most?', practice)
      await chosen('What do you do?', at === 4 ? 'Nurse' : 'GP')
      await chosen('I know our link worker by name', at > 0 ? 'Yes' : 'No')
      await colleague.getByLabel('In your own words: what is social prescribing?').fill('Company, and help with debt')
      if (at === 0) { await check(colleague, 'a survey of clinicians'); await picture(colleague, `clinicians-${width}`) }
      await colleague.getByLabel(/I have read who sees my answers/).check()
      await colleague.getByRole('button', { name: 'Send my answers' }).click()
      assert.match(await colleague.textContent('main'), /Thank you/)
      if (at === 3) { await page.goto(survey); assert.doesNotMatch(await page.textContent('main'), /4 \(|Read and find themes/) }
    }
    await page.goto(survey.split('?')[0])
    assert.match(await page.textContent('main'), /5 of 9 answered.*shown from ten answers on/s)
    const yesterday = new Date(Date.now() - 86_400_000)
    await fill(page, { Day: String(yesterday.getDate()), Month: String(yesterday.getMonth() + 1), Year: String(yesterday.getFullYear()) })
    await page.getByRole('button', { name: 'Save' }).click()
    assert.match(await page.textContent('main'), /5 of 9 answered.*From 2 of 3 practices and 2 of 2 networks/s)
    assert.match(await page.textContent('main'), /I know our link worker by name.*5 answered this.*Yes.*4.*80\.0% \(38 to 96\)/s)
    assert.doesNotMatch(await page.textContent('main'), /\b(Elm|Ash|Oak)\b/, 'practices are numbers')
    await page.getByRole('link', { name: 'By role' }).click()
    assert.match(await page.textContent('main'), /Groups of fewer than 5 are hidden.*GP \(hidden\)/s)

    await page.getByRole('link', { name: /Read and find themes.*In your own words/ }).click()
    await check(page, 'reading'); await picture(page, `reading-${width}`)
    assert.match(await page.textContent('main'), /0 of 5 read by you.*Company, and help with debt\s.*There is no theme yet/s)
    assert.equal(await page.getByLabel('When is it there, and when not? (optional)').inputValue(), '')
    await page.getByRole('button', { name: 'Add the theme' }).click()
    await check(page, 'a theme without a name'); assert.match(await page.textContent('.fp-problems'), /Name the theme/)
    await page.getByRole('button', { name: 'Begin with the 21' }).click()
    // What is ticked stays while a theme is named.
    await page.getByLabel('Holistic').check()
    await page.getByText('A new theme').click()
    await fill(page, { 'What is it called?': 'Company', 'When is it there, and when not? (optional)': 'Being with others, not being helped' })
    await page.getByRole('button', { name: 'Add the theme' }).click()
    assert.equal(await page.getByLabel('Holistic').isChecked(), true)
    await page.getByLabel('Holistic').uncheck()
    for (let at = 0; at < 5; at += 1) {
      await page.getByLabel('Company', { exact: true }).check()
      if (at > 2) await page.getByLabel('Practical issues (housing, debt)').check()
      if (at === 0) await page.getByLabel(/A note to yourself/).fill('Twice the same words?')
      await page.getByRole('button', { name: 'Save, and read the next' }).click()
    }
    assert.match(await page.textContent('main'), /5 of 5 read by you.*You have read them all/s)
    await page.getByRole('link', { name: 'See who said what' }).click()
    await check(page, 'the matrix'); await picture(page, `matrix-${width}`)
    assert.match(await page.textContent('main'), /Agreement is said once two or more.*2 themes in 5 respondents.*Practical issues \(housing, debt\).*2 of 5.*Company.*5 of 5.*Twice the same words/s)

    await page.goto(survey.split('?')[0])
    await page.getByRole('button', { name: 'Write it down' }).click()
    await check(page, 'an insight, empty'); assert.match(await page.textContent('.fp-problems'), /in one sentence.*barrier or an opportunity.*what it rests on.*how strong/s)
    await fill(page, { 'Something we learn': 'People think of company first.' })
    await page.getByLabel('Opportunity').check()
    await page.getByLabel('What does it rest on?').selectOption({ label: 'Theme: Company (In your own words: what is social prescribing?)' })
    await page.getByLabel(/Some: several said so/).check()
    await page.getByRole('button', { name: 'Write it down' }).click()
    await check(page, 'a survey that was read'); await picture(page, `survey-one-${width}`)
    assert.match(await page.textContent('main'), /Opportunity.*People think of company first.*Rests on: Theme: Company/s)
    const report = await fileBehind(page, page.getByRole('link', { name: 'The report (PDF)' }))
    assert.deepEqual([report.status, report.type, report.head], [200, 'application/pdf', '%PDF-'])
    const table = await page.request.get(new URL(await page.getByRole('link', { name: /as a table/ }).getAttribute('href'), page.url()).href)
    const csv = await table.text()
    assert.match(csv, /^question,answer,count,answered\r\n/); assert.match(csv, /name_worker,Yes,4,5/); assert.doesNotMatch(csv, /Elm|debt/)
    // The shares on the page are those of the command on the exported sums.
    const file = join(mkdtempSync(join(tmpdir(), 'fingerpost-')), 'answers.csv')
    writeFileSync(file, csv.split('\r\n').filter((line, at) => at === 0 || line.startsWith('name_worker,')).join('\n'))
    const shares = JSON.parse((await run(['stats', 'proportion', file, '--group', 'answer', '--count', 'count', '--total', 'answered', '--json'])).out).results
    const yes = shares.answer.indexOf('Yes')
    const [low, high] = [shares.lower, shares.upper].map((limits) => Math.round(limits[yes] * 100))
    assert.equal(`${low} to ${high}`, '38 to 96')
    await page.getByRole('button', { name: /Take it out/ }).click()
    assert.doesNotMatch(await page.textContent('main'), /People think of company first/)
    await valid([page, colleague])
    assert.deepEqual(page.left, []); assert.deepEqual(colleague.left, [])
  })
}

test('the survey of the demonstration shows the published frequencies', async () => {
  const page = await open(engine, server)
  await signInAs(page, /Josephine Carr/)
  await page.getByRole('link', { name: 'Improvement', exact: true }).click()
  assert.match(await page.textContent('main'), /In the practices.*projects were begun/s)
  await page.getByRole('link', { name: 'Ask clinicians what they think' }).click()
  await page.getByRole('link', { name: 'What clinicians think of social prescribing' }).click()
  assert.match(await page.textContent('main'), /24 of 64 answered.*23 answered this\. The middle answer: Fortnightly.*Fortnightly.*7.*30\.4%/s)
  assert.match(await page.textContent('main'), /The middle one of 24 clinicians who answered.*refers about 2 people a month\. Of 820 contacts that is 0\.24% \(chance alone: 0\.07% to 0\.88%\).*An estimated 20% of contacts/s)
  await page.getByLabel('How many contacts does a clinician have in a month?').fill('many')
  await page.getByRole('button', { name: 'Reckon with this' }).click()
  await accessible(page, 'contacts, wrong'); assert.match(await page.textContent('.fp-problems'), /Type a whole number from 20 to 5000/)
  await page.getByLabel('How many contacts does a clinician have in a month?').fill('400')
  await page.getByRole('button', { name: 'Reckon with this' }).click()
  assert.match(await page.textContent('main'), /Of 400 contacts that is 0\.50%/)
  await accessible(page, 'the survey of the demonstration'); await picture(page, 'survey-demo-1280')
  await page.getByRole('link', { name: /Who said what.*In your own words/ }).click()
  await accessible(page, 'the matrix of the demonstration'); await picture(page, 'matrix-demo-1280')
  assert.match(await page.textContent('main'), /Read reflexively.*no figure of agreement is given/s)
})
