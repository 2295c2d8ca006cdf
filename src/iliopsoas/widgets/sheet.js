// What the screening gate, the rehearsal of consent and the session plan share. Comes behind controls.js in one ES module
// (gate.SCRIPTS, plan.SCRIPTS). `decide` takes the same steps as iliopsoas.course.screening.screen; a browser test
// compares the two.

const SHEET_WORDS = {
  no: 'No', yes: 'Yes', unsure: 'Not sure', open: '{0} of {1} questions are open', result: 'Outcome', because: 'Because', ask: 'Still open',
  none: 'Nothing was found that speaks against it.', weak: 'weak ground', choose: 'choose', level: 'Your level',
};

// ---------------------------------------------------------------- the decision

function decide(data, work, level, answers) {
  const asked = new Map([...data.questions, ...data.checks].map((one) => [one.id, one.ask]));
  const given = {}, open = [], about = [];
  const note = (text, id) => { open.push(text); about.push(id); };
  for (const [id, value] of Object.entries(answers)) {
    const said = typeof value === 'string' ? value.trim().toLowerCase() : '';
    if (!asked.has(id)) note(`There is no question '${id}'.`, id);
    else if (['yes', 'no', 'unsure'].includes(said)) given[id] = said === 'no' ? 'no' : 'yes';
  }
  for (const [id, ask] of asked) if (!given[id]) note(`Not answered: ${ask}`, id);
  for (const one of data.contradictions) {
    if (Object.entries(one.answers).every(([id, said]) => given[id] === said)) note(one.ask, Object.keys(one.answers)[0]);
  }
  const bears = (one) => one.works.includes('any') || one.works.includes(work);
  const reasons = data.questions.filter((one) => given[one.id] === 'yes' && bears(one))
    .map((one) => (one.declines.includes(work) ? { ...one, outcome: 'decline' } : one));
  reasons.push(...data.rules.filter((one) => one.all_of.every((id) => given[id] === 'yes')));
  const least = open.length ? ['ask_first'] : [], planned = data.works.find((one) => one.id === work);
  if (!planned) { note('No work of this course is chosen.', 'work'); least.push('decline'); }
  else if (!planned.offered) { note(`${planned.name}: ${planned.note}`, 'work'); least.push('decline'); }
  else if (!data.levels.includes(level)) { note(`No level of qualification is chosen; there are ${data.levels.join(', ')}.`, 'level'); least.push('ask_first'); }
  else if (level < planned.least_level) {
    note(`${planned.name} is taught from level ${planned.least_level}. ${planned.note}`, 'work');
    least.push('decline');
  }
  const rank = (outcome) => data.order.indexOf(outcome);
  reasons.sort((a, b) => rank(b.outcome) - rank(a.outcome));
  const outcome = [...least, ...reasons.map((one) => one.outcome)].reduce((a, b) => (rank(b) > rank(a) ? b : a), 'clear');
  return { outcome, reasons, open, about };
}

// ---------------------------------------------------------------- what both cards share

class Card {
  constructor(model, el, words) {
    this.spec = model.get('spec');
    this.words = { ...words, ...this.spec.words };
    this.uid = `ga${Math.random().toString(36).slice(2, 8)}`;
    this.status = make('p', { class: 'qu-status', role: 'status' });
    this.body = make('div', { class: 'qu-body' });
    this.root = make('div', { class: 'questions gate', role: 'group', 'aria-label': this.spec.title, 'data-gate': this.uid },
      hideStill(this.spec.still, `[data-gate="${this.uid}"]`),
      make('div', { class: 'qu-head' }, make('p', { class: 'qu-title' }, this.spec.title)), this.body, this.status);
    guardKeys(this.root);
    el.replaceChildren(this.root);
  }

  // Said once the words have stood still: a screen reader is not to hear every key.
  say(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.status.textContent = text; }, 400);
  }

  close() { clearTimeout(this.timer); }
}

function radioRow(name, legend, options, pick, chosen = '') {
  const label = ([value, text]) => make('label', {}, make('input', {
    type: 'radio', name, value, checked: value === chosen, onchange: () => pick(value),
  }), make('span', {}, text));
  return make('fieldset', { class: 'ga-ask' }, make('legend', {}, legend),
    make('div', { class: 'qu-short ga-row' }, ...options.map(label)));
}

// The questions of the screening in their groups, each with no, yes and not sure, none of them chosen beforehand.
function questionGroups(data, words, uid, answers, changed) {
  const three = [['no', words.no], ['yes', words.yes], ['unsure', words.unsure]];
  const row = ({ id, ask }) => {
    const asked = radioRow(`${uid}-${id}`, ask, three, (said) => { answers[id] = said; changed(); }, answers[id]);
    asked.dataset.field = `question:${id}`;
    return asked;
  };
  return data.groups.map((group) => {
    const rows = data.questions.filter((one) => one.group === group).map(row);
    if (group === data.groups[0]) rows.unshift(...data.checks.map(row));
    return make('section', { class: 'ga-group', 'aria-label': group }, make('p', { class: 'qu-group' }, group), ...rows);
  });
}

// A reason with what to do and what it rests on.
function reasonLine(data, words, one) {
  return make('li', {}, make('b', {}, data.outcomes[one.outcome].name), ` \u2013 ${one.ask || one.why} `,
    make('span', {}, one.do), make('small', {}, ` ${one.ground}${one.weak ? ` (${words.weak})` : ''}.`));
}
