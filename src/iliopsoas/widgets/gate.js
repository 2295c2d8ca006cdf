// The screening gate and the rehearsal of consent: two cards that work with and without a kernel. Comes behind
// controls.js and sheet.js in one ES module (gate.SCRIPTS).

const GATE_WORDS = {
  ...SHEET_WORDS, client: 'Who', own: 'Nobody: an empty sheet to try the questions', work: 'What is planned',
  guess: 'What do you do? Decide before you see the sheet.', commit: 'Decide', right: 'So does the sheet.',
  wrong: 'The sheet says otherwise.', more: 'and {0} more', note: 'For practice. It sorts cases for teaching and judges no client; nothing typed here is kept.',
};
const SCENE_WORDS = {
  says: 'Your client', answer: 'What do you answer?', covered: 'Said so far', missing: 'Not said yet', again: 'Again from the start',
  end: 'The client has been heard.', clean: 'Every reply was right.', wrong: '{0} replies were not right at first.', on: 'Go on', back: 'Try another reply',
};

// ---------------------------------------------------------------- the gate

class Gate extends Card {
  constructor(model, el) {
    super(model, el, GATE_WORDS);
    this.answers = {};
    this.client = null;
    this.guess = '';
    const { words, spec: { data } } = this;
    const select = (id, name, options, pick) => {
      const box = make('select', { id: `${this.uid}-${id}` }, ...options.map(([value, text]) => make('option', { value }, text)));
      box.addEventListener('change', () => pick(box.value));
      return [box, make('p', { class: 'ga-pick' }, make('label', { for: box.id }, name), box)];
    };
    const clients = [['', words.own], ...data.clients.map((one) => [one.id, one.name])];
    const [who, whoRow] = select('who', words.client, clients, (id) => this.meet(id));
    const blank = ['', words.choose];
    const [work, workRow] = select('work', words.work, [blank, ...data.works.map((one) => [one.id, one.name])], () => this.judge());
    const [level, levelRow] = select('level', words.level, [blank, ...data.levels.map((n) => [String(n), String(n)])], () => this.judge());
    Object.assign(this, { who, work, level });
    this.told = make('p', { class: 'qu-ask ga-told' });
    this.choice = make('form', {});
    this.sheet = make('details', { class: 'ga-sheet', open: true });
    this.result = make('div', { class: 'qu-result ga-result' });
    this.plan = make('div', { class: 'ga-plan' }, workRow, levelRow);
    this.body.append(make('p', { class: 'qu-hint' }, words.note), whoRow, this.told, this.plan, this.choice, this.result, this.sheet);
    this.meet(data.clients[0].id);
    who.value = data.clients[0].id;
  }

  meet(id) {
    const { words, spec: { data } } = this;
    this.client = data.clients.find((one) => one.id === id) ?? null;
    this.guess = '';
    this.answers = {};
    this.work.value = this.client?.work ?? '';
    this.level.value = this.client ? String(this.client.level) : '';
    this.told.textContent = this.client?.told ?? '';
    this.told.hidden = !this.client;
    for (const box of [this.work, this.level]) box.disabled = Boolean(this.client);
    if (this.client) {
      const options = data.order.filter((one) => one !== 'ask_first').map((one) => [one, data.outcomes[one].name]);
      let chosen = '';
      const decided = button(words.commit, () => { if (chosen) this.reveal(chosen); }, { class: 'qu-main', disabled: true });
      const row = radioRow(`${this.uid}-guess`, words.guess, options, (value) => { chosen = value; decided.disabled = false; });
      row.classList.add('ga-guess');
      this.choice.replaceChildren(row, make('div', { class: 'qu-buttons' }, decided));
    } else this.choice.replaceChildren();
    this.choice.onsubmit = (event) => event.preventDefault();
    this.choice.hidden = !this.client;
    this.fill();
    this.judge();
  }

  reveal(guess) {
    this.guess = guess;
    this.answers = { ...this.client.answers };
    this.choice.hidden = true;
    this.fill();
    this.judge();
    this.result.focus();
  }

  fill() {
    const { words, spec: { data } } = this, groups = questionGroups(data, words, this.uid, this.answers, () => this.judge());
    this.count = make('summary', {});
    this.sheet.replaceChildren(this.count, ...groups);
    this.sheet.hidden = Boolean(this.client) && !this.guess;
  }

  judge() {
    const { words, spec: { data } } = this;
    const hidden = Boolean(this.client) && !this.guess;
    this.result.hidden = hidden;
    if (hidden) return;
    const found = decide(data, this.work.value, Number(this.level.value), this.answers);
    const all = data.questions.length + data.checks.length, answered = Object.keys(this.answers).length;
    this.count.textContent = fill(words.open, all - answered, all);
    const { name, text } = data.outcomes[found.outcome];
    const met = this.guess ? (this.guess === found.outcome ? words.right : words.wrong) : '';
    const list = (title, items) => (items.length ? [make('p', { class: 'qu-group' }, title), make('ul', {}, ...items)] : []);
    const shown = found.open.slice(0, 4), rest = found.open.length - shown.length;
    this.result.setAttribute('tabindex', '-1');
    this.result.dataset.outcome = found.outcome;
    this.result.replaceChildren(
      make('p', {}, make('b', {}, `${words.result}: ${name}. `), text, met ? make('b', {}, ` ${met}`) : null),
      ...list(words.because, found.reasons.map((one) => reasonLine(data, words, one))),
      ...list(words.ask, [...shown.map((line) => make('li', {}, line)), ...(rest > 0 ? [make('li', {}, fill(words.more, rest))] : [])]),
      ...(found.outcome === 'clear' ? [make('p', {}, words.none)] : []));
    this.say(`${words.result}: ${name}. ${text} ${met}`);
  }
}

// ---------------------------------------------------------------- the rehearsal

class Rehearsal extends Card {
  constructor(model, el) {
    super(model, el, SCENE_WORDS);
    this.begin();
  }

  begin() {
    Object.assign(this, { at: this.spec.scenes[0].id, wrong: 0, covered: new Set() });
    this.show();
  }

  show() {
    const { words, spec } = this, scene = spec.scenes.find((one) => one.id === this.at);
    if (!scene) return this.finish();
    const line = make('p', { class: 'qu-ask', id: `${this.uid}-line` }, make('b', {}, `${words.says}: `), scene.client);
    const reply = (choice) => button(choice.text, () => this.answer(scene, choice), { class: 'ga-reply' });
    const replies = make('div', { class: 'ga-replies', role: 'group', 'aria-labelledby': `${this.uid}-line` }, ...scene.choices.map(reply));
    this.body.replaceChildren(line, make('p', { class: 'qu-hint' }, words.answer), replies, this.elements());
    if (this.moved) replies.firstChild.focus({ preventScroll: true });
    this.moved = true;
    this.say(`${words.says}: ${scene.client}`);
    return undefined;
  }

  answer(scene, choice) {
    const { words } = this;
    if (choice.right) for (const id of choice.covers) this.covered.add(id); else this.wrong += 1;
    const next = choice.right ? button(words.on, () => { this.at = choice.next; this.show(); }, { class: 'qu-main' })
      : button(words.back, () => this.show(), { class: 'qu-main' });
    this.body.replaceChildren(make('p', { class: 'qu-ask' }, make('b', {}, `${words.says}: `), scene.client),
      make('p', { class: 'ga-said' }, `\u201c${choice.text}\u201d`),
      make('div', { class: `qu-result ${choice.right ? 'ga-right' : 'ga-wrong'}` }, make('p', {}, make('b', {}, choice.right ? '\u2713 ' : '\u2717 '), choice.why)),
      make('p', { class: 'qu-fine' }, scene.ground),
      make('div', { class: 'qu-buttons' }, next), this.elements());
    next.focus({ preventScroll: true });
    this.say(choice.why);
  }

  elements() {
    const { words, spec } = this, named = (ids) => spec.elements.filter(ids).map((one) => one.name).join(', ') || '\u2013';
    return make('p', { class: 'qu-hint ga-elements' }, `${words.covered}: ${named((one) => this.covered.has(one.id))}. `,
      `${words.missing}: ${named((one) => !this.covered.has(one.id))}.`);
  }

  finish() {
    const { words } = this, how = this.wrong ? fill(words.wrong, this.wrong) : words.clean;
    const again = button(words.again, () => this.begin(), { class: 'qu-main' });
    this.body.replaceChildren(make('div', { class: 'qu-outcome' }, make('p', { class: 'qu-done' }, `${words.end} ${how}`)),
      this.elements(), make('div', { class: 'qu-buttons' }, again));
    again.focus({ preventScroll: true });
    this.say(`${words.end} ${how}`);
  }
}

const GATE_CARDS = { gate: Gate, rehearsal: Rehearsal };

function render({ model, el }) {
  const card = new GATE_CARDS[model.get('spec').card](model, el);
  return () => card.close();
}

// A page without a kernel.
export function mount(el, page) {
  return render({ el, model: pageModel(page) });
}

export { decide };
export default { render };
