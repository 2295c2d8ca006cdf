// The session plan: a form that works with and without a kernel. Comes behind controls.js, sheet.js, plan_rules.js and
// plan_sheet.js in one ES module (plan.SCRIPTS). What is typed stays in this page: it is never put into the model, so
// neither the kernel nor the saved notebook has it. It is written to a file only by the Save button.

const PLAN_WORDS = {
  ...SHEET_WORDS, session: 'Session', client: 'Client (a mark of your own, no name needed)', booked: 'Minutes booked', work: 'Work', add: 'Add a piece of work', first: 'Earlier', remove: 'Remove',
  step: 'Piece of work {0}', minutes: 'minutes', minutesOf: 'Minutes of {0}', range: '{0} to {1} minutes. ', frame: 'Before and after the work', least: 'at least {0}', screening: 'Screening', planned: 'Nothing is planned yet: choose the work, the measures and the exercises first.',
  built: 'Read, and built into this plan', consent: 'Consent: said before the first touch', agreed: 'After that the client said yes, in words.', measures: 'Before and after', right: 'Thomas angle, right, pelvis held', left: 'Thomas angle, left, pelvis held', scale: 'Complaint, 0 to 10',
  before: 'Before', after: 'After', change: 'Change', measured: 'Measured', degrees: 'degrees', side: 'which way', aftercare: 'Aftercare: one or two, shown and tried', suits: 'Gone through with the client: none of these applies.', notFor: 'Who must leave it out, or ask first: {0}', dose: 'How long, how often',
  ownWords: 'The words are examples, for work on the belly. Say each for what is planned here, then tick it.', note: 'Note', print: 'Print the plan', save: 'Save to a file', load: 'Load a saved plan', forget: 'Forget everything', forgetSure: 'Everything in this form is forgotten. Sure?', forgetDo: 'Forget it', forgetNot: 'Keep it', forgotten: 'Forgotten.',
  sum: '{0} minutes planned: {1} for the work, {2} for screening, consent, measuring and aftercare.', spare: '{0} of the {1} booked are left.', over: 'That is {0} more than the {1} booked.',
  ready: 'Nothing is open: the plan can be printed.', notReady: 'Not printed. {0} open: each leads to its place.', oneOpen: '1 point is', manyOpen: '{0} points are', more: 'and {0} more', printing: 'The plan goes to the printer: two sides of A4 at the most.',
  saved: 'Saved as {0}. It holds data of a client: read its first lines for when to delete it.', loaded: 'The plan is loaded.', old: 'The plan is loaded. It was saved on another day: what is asked every time, the changes, consent and who must leave an exercise out have to be gone through again.',
  sheet: 'Session plan', sheetClient: 'Client', day: 'Date', sheetLevel: 'level {0}', sheetMinutes: '{0} of {1} minutes booked', sheetAsked: 'All {0} questions were asked and answered.', sheetNone: 'No question about health was answered yes or not sure.', sheetMet: 'Answered yes or not sure:',
  sheetChange: 'Change', sheetNoChange: '(No change of what is planned here.)', sheetWork: 'Work', sheetHome: 'At home', sameSteps: 'Steps, pressure and reach as above.', pressure: 'Pressure', leave: 'Leave it out, or ask first', stops: 'Stop at once', never: 'Never over',
};

class SessionPlan extends Card {
  constructor(model, el) {
    super(model, el, PLAN_WORDS);
    this.root.classList.add('plan');
    this.data = this.spec.data;
    this.plan = EMPTY_PLAN();
    this.asked = false; // whether printing was refused and the list of what is open is shown
    this.build();
  }

  build() {
    const { words, data, plan } = this;
    this.parts = { steps: make('div', { class: 'pl-steps' }), home: make('div', { class: 'pl-home' }) };
    this.result = make('div', { class: 'qu-result ga-result' });
    this.sum = make('p', { class: 'pl-sum' });
    this.open = make('div', { class: 'pl-open', hidden: true });
    this.told = make('p', { class: 'qu-note-plain pl-told' });
    this.tools = make('div', { class: 'qu-buttons' });
    const level = this.select(words.level, 'level', [['', words.choose], ...data.levels.map((n) => [String(n), String(n)])], String(plan.level ?? ''), (value) => { plan.level = value ? Number(value) : null; });
    const section = (title, ...content) => make('section', { class: 'ga-group', 'aria-label': title }, make('p', { class: 'pl-title' }, title), ...content);
    const sheet = make('details', { class: 'ga-sheet', open: true }, this.count = make('summary', {}), ...questionGroups(data, words, this.uid, plan.answers, () => this.judge()));
    const add = button(words.add, () => this.addStep(), { 'data-field': 'steps' });
    this.body.replaceChildren(
      make('p', { class: 'pl-private' }, data.page_says.memory),
      section(words.session, make('div', { class: 'ga-plan' }, this.text(words.client, 'client', plan.client), level, this.minutes(words.booked, 'booked', plan.booked, (value) => { plan.booked = value; }))),
      section(words.work, this.parts.steps, make('div', { class: 'qu-buttons' }, add),
        make('p', { class: 'qu-group' }, words.frame), make('div', { class: 'ga-plan' }, ...data.frame.map(({ id, name, least }) => this.minutes(
          name, `frame:${id}`, plan.frame[id] ?? least, (value) => { plan.frame[id] = value; }, fill(words.least, least))))),
      section(words.measures, ...data.measures.map(({ id, name }) => this.tick(name, `measure:${id}`, plan.measures, id)), this.readings()),
      section(words.aftercare, make('div', { class: 'pl-picks' }, ...data.exercises.map(({ id, name }) => this.tick(name, `exercise:${id}`, plan.aftercare, id, () => this.showHome()))), this.parts.home),
      section(words.screening, this.result, sheet),
      section(words.consent, make('p', { class: 'qu-hint' }, words.ownWords), ...data.consent.map(({ id, name, say }) => this.tick([make('b', {}, `${name}. `), `\u201c${say}\u201d`], `consent:${id}`, plan.said, id)),
        this.tickBox(words.agreed, 'agreed', plan.agreed, (isOn) => { plan.agreed = isOn; })),
      section(words.note, this.text(words.note, 'note', plan.note)),
      this.sum, this.open, this.tools, make('p', { class: 'qu-fine' }, data.file.note), this.told);
    this.showTools();
    this.showSteps();
    this.showHome();
    this.judge();
  }

  // ---- fields

  row(name, input, hint) {
    input.id = `${this.uid}-${input.dataset.field}`;
    return make('p', { class: 'ga-pick' }, make('label', { for: input.id }, name), input, hint ? make('span', { class: 'qu-hint' }, hint) : null);
  }

  select(name, field, options, chosen, pick) {
    const box = make('select', { 'data-field': field }, ...options.map(([value, text]) => make('option', { value, selected: value === chosen }, text)));
    box.addEventListener('change', () => { pick(box.value); this.judge(); });
    return this.row(name, box);
  }

  text(name, field, value) {
    const input = make('input', { type: 'text', 'data-field': field, maxlength: PLAN_LIMITS[field], autocomplete: 'off', spellcheck: 'false' });
    input.value = value;
    input.addEventListener('input', () => { this.plan[field] = input.value; });
    return this.row(name, input);
  }

  // A number; an empty field gives null, and anything that is no number NaN, which counts as open.
  number(field, value, most, step, keep, attributes = {}) {
    const input = make('input', { type: 'number', 'data-field': field, min: 0, max: most, step, inputmode: 'decimal', class: 'qu-number', autocomplete: 'off', ...attributes });
    input.value = value ?? '';
    input.addEventListener('input', () => {
      keep(input.value.trim() === '' ? (input.validity.badInput ? NaN : null) : Number(input.value));
      this.judge();
    });
    return input;
  }

  minutes(name, field, value, keep, hint = '') {
    return this.row(name, this.number(field, value, PLAN_LIMITS.minutes, 0.5, (given) => keep(given ?? (field === 'booked' ? null : NaN))), hint);
  }

  tickBox(content, field, isOn, change) {
    const input = make('input', { type: 'checkbox', 'data-field': field, checked: isOn });
    input.addEventListener('change', () => { change(input.checked); this.judge(); });
    return make('label', { class: 'pl-tick' }, input, make('span', {}, ...[content].flat()));
  }

  tick(content, field, list, id, also = () => {}) {
    return this.tickBox(content, field, list.includes(id), (isOn) => {
      if (isOn) list.push(id); else list.splice(list.indexOf(id), 1);
      also();
    });
  }

  // ---- the work

  addStep() {
    const { data, plan } = this;
    if (plan.steps.length >= PLAN_LIMITS.steps) return this.tell(data.page_says.enough);
    const free = data.techniques.flatMap((one) => one.works.map((work) => [one, work])).find(([, work]) => !plan.steps.some((step) => step.work === work));
    const [row, work] = free ?? [data.techniques[0], data.techniques[0].works[0]];
    plan.steps.push({ technique: row.id, work, minutes: row.minutes[0] });
    this.showSteps();
    this.judge();
    return this.focusField(`step:${plan.steps.length - 1}`);
  }

  showSteps() {
    const { data, plan, words } = this;
    const options = data.techniques.flatMap((one) => one.works.map((work) => [`${one.id} ${work}`, titleOf(data, { technique: one.id, work })]));
    this.parts.steps.replaceChildren(...plan.steps.map((step, k) => {
      const one = techniqueOf(data, step), name = fill(words.step, k + 1);
      const what = this.select(name, `step:${k}`, options, `${step.technique} ${step.work}`, (value) => {
        [step.technique, step.work] = value.split(' ');
        [step.minutes] = techniqueOf(data, step).minutes;
        this.showSteps();
        this.focusField(`step:${k}`);
      });
      const time = this.minutes(fill(words.minutesOf, titleOf(data, step)), `minutes:${k}`, step.minutes, (value) => { step.minutes = value; }, fill(words.range, ...one.minutes));
      const move = (to) => () => {
        plan.steps.splice(k, 1);
        if (to >= 0) plan.steps.splice(to, 0, step);
        this.showSteps();
        this.judge();
        this.focusField(plan.steps.length ? `step:${Math.max(0, to)}` : 'steps');
      };
      const tools = make('div', { class: 'qu-buttons' }, ...(k ? [button(words.first, move(k - 1), { 'aria-label': `${words.first}: ${name}` })] : []),
        button(words.remove, move(-1), { 'aria-label': `${words.remove}: ${name}` }));
      return make('div', { class: 'pl-step', role: 'group', 'aria-label': name }, what, time, make('p', { class: 'qu-hint' }, `${one.position} ${one.reaches}`), tools);
    }));
  }

  // ---- before and after

  readings() {
    const { words, data, plan } = this;
    this.changes = {};
    const field = (spot, time) => {
      const name = `${words[spot]}, ${words[time].toLowerCase()}`, is = `reading:${spot}:${time}`;
      const set = (value) => { plan.readings[spot] = { ...plan.readings[spot], [time]: value }; if (value === null) delete plan.readings[spot][time]; };
      const known = plan.readings[spot]?.[time] ?? null;
      if (spot === 'scale') return make('span', { class: 'pl-reading' }, words[time], this.number(is, known, data.scale[1], 1, set, { 'aria-label': name }));
      let { degrees = null, side = 'short' } = known ?? {};
      const keep = () => set(degrees === null ? null : { degrees, side });
      const box = make('select', { 'aria-label': `${name}, ${words.side}` }, ...Object.entries(data.sides).map(([value, text]) => make('option', { value, selected: value === side }, text)));
      box.addEventListener('change', () => { side = box.value; keep(); this.judge(); });
      const input = this.number(is, degrees, data.most_deg, 0.5, (value) => { degrees = value; keep(); }, { 'aria-label': `${name}, ${words.degrees}` });
      return make('span', { class: 'pl-reading' }, words[time], input, '°', box);
    };
    const block = (spot) => make('div', { class: 'pl-measure', role: 'group', 'aria-label': words[spot] }, make('p', { class: 'qu-group' }, words[spot]), field(spot, 'before'), field(spot, 'after'),
      this.changes[spot] = make('p', { class: 'pl-change', 'data-change': spot }));
    return make('div', { class: 'pl-measures' }, ...Object.keys(PLACES).map(block), make('p', { class: 'qu-fine' }, data.measure_note));
  }

  // ---- aftercare

  showHome() {
    const { words, data, plan } = this;
    plan.cleared = plan.cleared.filter((id) => plan.aftercare.includes(id));
    this.parts.home.replaceChildren(...plan.aftercare.map((id) => {
      const one = data.exercises.find((row) => row.id === id);
      return make('div', { class: 'pl-step' }, make('p', { class: 'qu-group' }, fill(words.notFor, one.name)), make('ul', {}, ...one.not_for.map((text) => make('li', {}, text))),
        make('p', { class: 'qu-hint' }, `${words.dose}: ${one.dose}`), this.tick(words.suits, `cleared:${id}`, plan.cleared, id));
    }));
  }

  // ---- what it comes to

  judge() {
    const { words, data, plan } = this, all = data.questions.length + data.checks.length;
    this.count.textContent = fill(words.open, all - Object.keys(plan.answers).length, all);
    this.showResult();
    const minutes = planMinutes(data, plan), work = plan.steps.reduce((sum, step) => sum + step.minutes, 0);
    const isWhole = Number.isFinite(minutes), left = plan.booked - minutes;
    this.sum.textContent = isWhole ? `${fill(words.sum, short(minutes), short(work), short(minutes - work))} ${!isMinutes(plan.booked) ? '' : left < 0 ? fill(words.over, short(-left), short(plan.booked)) : fill(words.spare, short(left), short(plan.booked))}` : '';
    for (const spot of Object.keys(PLACES)) {
      this.changes[spot].parentNode.hidden = !spotsOf(plan).includes(spot);
      const text = changeWords(data, plan, spot);
      if (this.changes[spot].textContent !== text) { this.changes[spot].textContent = text; if (text) this.say(text); }
    }
    if (this.asked) this.showOpen();
  }

  showResult() {
    const { words, data, plan } = this, rank = ({ outcome }) => data.order.indexOf(outcome);
    const bare = () => { const found = decide(data, '', plan.level, plan.answers); return { ...found, outcome: found.reasons[0]?.outcome ?? 'ask_first' }; };
    const planned = planDecisions(data, plan), all = planned.length ? planned : [bare()];
    const worst = all.reduce((a, b) => (rank(b) > rank(a) ? b : a)), { name, text } = data.outcomes[worst.outcome];
    const reasons = new Map();
    for (const one of all.flatMap((decision) => decision.reasons)) if (!reasons.has(one.id) || rank(one) > rank(reasons.get(one.id))) reasons.set(one.id, one);
    plan.changes = plan.changes.filter((id) => reasons.has(id)); // an answer that was taken back takes its change along
    const line = (one) => {
      const shown = reasonLine(data, words, one);
      if (all.some((decision) => decision.outcome === 'adapt' && decision.reasons.some(({ id }) => id === one.id))) shown.append(this.tick(words.built, `change:${one.id}`, plan.changes, one.id));
      return shown;
    };
    const focused = this.result.contains(document.activeElement) ? document.activeElement.dataset.field : '';
    this.result.dataset.outcome = worst.outcome;
    const each = planned.length > 1 ? [make('ul', {}, ...planned.map((one) => make('li', {}, `${workOf(data, one.work).name}: `, make('b', {}, data.outcomes[one.outcome].name))))] : [];
    const sorted = [...reasons.values()].sort((a, b) => rank(b) - rank(a));
    this.result.replaceChildren(make('p', {}, make('b', {}, `${words.result}: ${name}. `), text), ...(planned.length ? each : [make('p', {}, words.planned)]),
      ...(sorted.length ? [make('p', { class: 'qu-group' }, words.because), make('ul', {}, ...sorted.map(line))] : []), ...(worst.outcome === 'clear' ? [make('p', {}, words.none)] : []));
    if (focused) this.focusField(focused);
    if (this.heard !== worst.outcome) { this.heard = worst.outcome; this.say(`${words.result}: ${name}. ${text}`); }
  }

  showOpen() {
    const { words, data, plan } = this, found = obstacles(data, plan), MOST = 6;
    const lead = ({ text, field }) => make('li', {}, button(text, () => this.focusField(field), { class: 'pl-lead', 'data-to': field }));
    const count = found.length === 1 ? words.oneOpen : fill(words.manyOpen, found.length);
    const head = make('p', { class: 'qu-group', tabindex: -1 }, found.length ? fill(words.notReady, count) : words.ready);
    const rest = found.slice(MOST), isOpen = Boolean(this.open.querySelector('details')?.open);
    this.open.hidden = false;
    this.open.replaceChildren(head, make('ul', {}, ...found.slice(0, MOST).map(lead)),
      ...(rest.length ? [make('details', { open: isOpen }, make('summary', {}, fill(words.more, rest.length)), make('ul', {}, ...rest.map(lead)))] : []));
    return { found, head };
  }

  // Where an open point is put right; a work leads to the step, the measure or the exercises that it stands for.
  focusField(field) {
    const { plan, data } = this, [kind, id] = field.split(':');
    const at = kind === 'work' ? plan.steps.findIndex((step) => step.work === id) : -1;
    const measure = data.measures.find((one) => one.work === id);
    const named = kind === 'work' ? (at >= 0 ? `step:${at}` : measure ? `measure:${measure.id}` : 'aftercare') : field;
    const box = { measures: `measure:${data.measures[0].id}`, aftercare: `exercise:${plan.aftercare[0] ?? data.exercises[0].id}` }[named] ?? named;
    const node = this.root.querySelector(`[data-field="${CSS.escape(box)}"]`);
    if (!node) return;
    node.closest('details')?.setAttribute('open', '');
    const target = node.matches('fieldset') ? node.querySelector('input:checked') ?? node.querySelector('input') : node;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'center' });
  }

  // ---- out of the page, only when asked

  tell(text) { this.told.textContent = text; this.say(text); }

  showTools() {
    const { words } = this;
    this.tools.replaceChildren(button(words.print, () => this.print(), { class: 'qu-main' }), button(words.save, () => this.save()), this.loader(), button(words.forget, () => this.forget()));
  }

  print() {
    const { words, data, plan } = this;
    this.asked = true;
    this.frame?.remove();
    const { found, head } = this.showOpen();
    if (found.length) {
      this.told.textContent = '';
      head.focus();
      return this.say(head.textContent);
    }
    this.frame = make('iframe', { class: 'pl-frame', title: words.sheet, 'aria-hidden': 'true', tabindex: -1, srcdoc: planSheet(data, plan, words, dayOf(new Date())) });
    this.frame.addEventListener('load', () => {
      this.frame.contentWindow.addEventListener('afterprint', () => this.frame.remove());
      this.frame.contentWindow.print();
    });
    this.root.append(this.frame);
    return this.tell(words.printing);
  }

  save() {
    const bad = obstacles(this.data, this.plan).find((one) => one.isBad);
    if (bad) {
      this.tell(bad.text);
      return this.focusField(bad.field);
    }
    const day = dayOf(new Date()), name = `session-plan-${day}.json`;
    const link = make('a', { href: URL.createObjectURL(new Blob([planFile(this.data, this.plan, day)], { type: 'application/json' })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    return this.tell(fill(this.words.saved, name));
  }

  loader() {
    const { words } = this, input = make('input', { type: 'file', accept: '.json', hidden: true, 'aria-label': words.load, tabindex: -1 });
    input.addEventListener('change', async () => {
      const [file] = input.files;
      if (file) this.take(await file.text());
      input.value = '';
    });
    return make('span', {}, input, button(words.load, () => input.click()));
  }

  take(text) {
    let read;
    try { read = readPlan(this.data, text, dayOf(new Date())); } catch (error) { return this.tell(error.message); }
    this.start(read.plan);
    return this.tell(read.isOld ? this.words.old : this.words.loaded);
  }

  forget() {
    const { words } = this, back = () => { this.showTools(); this.tools.lastChild.focus(); };
    const keep = button(words.forgetNot, back, { class: 'qu-main' });
    this.tools.replaceChildren(make('p', {}, words.forgetSure), button(words.forgetDo, () => { this.start(EMPTY_PLAN()); this.tools.lastChild.focus(); this.tell(words.forgotten); }), keep);
    keep.focus();
  }

  start(plan) {
    this.plan = plan;
    this.asked = false;
    this.frame?.remove();
    this.build();
  }
}

function render({ model, el }) {
  const card = new SessionPlan(model, el);
  return () => card.close();
}

// A page without a kernel.
export function mount(el, page) {
  return render({ el, model: pageModel(page) });
}

export default { render };
