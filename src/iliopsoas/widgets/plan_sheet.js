// The session plan on paper: one page of HTML that needs nothing else, two sides of A4 at the most. Comes behind
// plan_rules.js. What keeps a client safe is always on it, whatever is planned.

const PLAN_SHEET_STYLE = `
  @page { size: A4; margin: 9mm 11mm; }
  body { font: 8.6pt/1.26 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; color: #000; background: #fff; margin: 0; }
  h1 { font-size: 15pt; margin: 0; } h2 { font-size: 10.5pt; margin: 2.2mm 0 .6mm; border-bottom: 1px solid #000; break-after: avoid; } h3 { font-size: 9pt; margin: 1.2mm 0 0; break-after: avoid; }
  p, ul, ol { margin: 0 0 .5mm; } ul, ol { padding-left: 4.5mm; } li { break-inside: avoid; }
  .head { display: flex; justify-content: space-between; gap: 6mm; align-items: baseline; flex-wrap: wrap; }
  .private { border: 1px solid #000; padding: .8mm 2mm; margin: 1mm 0; font-weight: 600; }
  .two { columns: 2; column-gap: 6mm; } .stop { border: 2px solid #000; padding: 0 3mm 1mm; margin-top: 2mm; break-inside: avoid; }
  .step h3:first-child { margin-top: 0; } .step { margin-bottom: 1.2mm; } .head h1 { flex: none; } .run { font-size: 8.2pt; }
  table { border-collapse: collapse; width: 100%; break-inside: avoid; } th, td { border: 1px solid #555; text-align: left; padding: .6mm 1.5mm; font-weight: 400; vertical-align: top; }
  thead th { font-weight: 600; } td.blank { min-width: 34mm; height: 5.4mm; } .foot { font-size: 7.8pt; margin-top: 1.5mm; }`;

function planSheet(data, plan, words, day) {
  const list = (texts, tag = 'ul') => make(tag, {}, ...texts.map((one) => make('li', {}, ...[one].flat())));
  const bold = (text) => make('b', {}, text);
  const frame = (id) => { const one = data.frame.find((row) => row.id === id); return `${one.name} (${short(plan.frame[id] ?? one.least)} min)`; };
  const decisions = planDecisions(data, plan), reasons = new Map(decisions.flatMap((one) => one.reasons).map((one) => [one.id, one]));
  const yes = data.questions.filter((one) => ['yes', 'unsure'].includes(plan.answers[one.id]));
  const met = [...yes.map((one) => [one.ask, reasons.has(one.id) ? bold(` ${words.sheetChange}: ${one.do}`) : ` ${words.sheetNoChange}`]),
    ...[...reasons.values()].filter((one) => !one.ask).map((one) => [one.why, bold(` ${words.sheetChange}: ${one.do}`)])];
  const row = (spot) => {
    const cell = (time) => {
      const reading = plan.readings[spot]?.[time];
      return make('td', { class: 'blank' }, reading == null ? '\u00a0' : spot === 'scale' ? short(reading) : readingWords(data, reading));
    };
    return make('tr', {}, make('th', { scope: 'row' }, words[spot]), cell('before'), cell('after'), make('td', { class: 'blank' }, changeWords(data, plan, spot) || '\u00a0'));
  };
  const done = new Set();
  const steps = plan.steps.map((step, k) => {
    const one = techniqueOf(data, step), again = done.has(one.id);
    done.add(one.id);
    return make('div', { class: 'step' }, make('h3', {}, `${k + 1}. ${titleOf(data, step)} (${short(step.minutes)} min)`),
      make('p', {}, `${one.position} ${workOf(data, step.work).note}`),
      ...(again ? [make('p', {}, words.sameSteps)] : [make('p', {}, bold(one.reaches)), list(one.steps, 'ol'), make('p', {}, `${words.pressure}: ${one.pressure} ${one.dose}`)]));
  });
  const home = plan.aftercare.map((id) => {
    const one = data.exercises.find((row) => row.id === id);
    return make('div', { class: 'step' }, make('h3', {}, one.name), make('p', {}, `${words.dose}: ${one.dose}`), make('p', {}, bold(`${words.leave}: `), one.not_for.join(' ')));
  });
  const body = make('body', {},
    make('div', { class: 'head' }, make('h1', {}, words.sheet), make('span', {}, `${words.sheetClient}: ${plan.client || '____________'}`), make('span', {}, `${words.day}: ${day}`),
      make('span', {}, fill(words.sheetLevel, plan.level)), make('b', {}, fill(words.sheetMinutes, short(planMinutes(data, plan)), short(plan.booked)))),
    make('p', { class: 'private' }, data.private),
    make('h2', {}, frame('screening')),
    make('p', {}, fill(words.sheetAsked, data.questions.length + data.checks.length), ' ', bold(met.length ? words.sheetMet : words.sheetNone)), ...(met.length ? [make('div', { class: 'two' }, list(met))] : []),
    make('div', { class: 'two' }, list(decisions.map((one) => [`${workOf(data, one.work).name}: `, bold(data.outcomes[one.outcome].name)]))),
    make('h2', {}, frame('consent')), make('div', { class: 'two' }, list(data.consent.map((one) => [bold(`\u2611 ${one.name}: `), one.say]))), make('p', {}, bold(`\u2611 ${words.agreed}`)),
    make('h2', {}, `${frame('before')} \u2013 ${frame('after')}`),
    make('table', {}, make('thead', {}, make('tr', {}, ...[words.measured, words.before, words.after, words.change].map((text) => make('th', { scope: 'col' }, text)))),
      make('tbody', {}, ...spotsOf(plan).map(row))), make('p', { class: 'run' }, data.measure_note),
    make('h2', {}, words.sheetWork), make('div', { class: steps.length > 1 ? 'two' : '' }, ...steps),
    make('h2', {}, words.sheetHome), make('div', { class: home.length > 1 ? 'two' : '' }, ...home),
    ...(plan.note ? [make('h2', {}, words.note), make('p', {}, plan.note)] : []),
    make('section', { class: 'stop' }, make('h2', {}, words.stops), make('div', { class: 'two' }, list(data.stops.map((one) => [bold(`${one.sign}. `), one.do, one.weak ? ` (${words.weak})` : ''])))),
    make('section', { class: 'stop' }, make('h2', {}, words.never), make('div', { class: 'two' }, list(data.never.map((one) => [bold(`${one.area}. `), one.why, one.weak ? ` (${words.weak})` : ''])))),
    make('p', { class: 'foot' }, data.review));
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${words.sheet}</title><style>${PLAN_SHEET_STYLE}</style></head>${body.outerHTML}</html>`;
}
