// The aftercare checker: predict for each leg, then the model answers; and a card for a client, printed by the browser.
// Comes behind controls.js in one ES module (aftercare.SCRIPTS). All answers come with the page, so everything works
// without a kernel, and nothing here asks anything of any host or keeps anything about a client.

const WORDS = {
  choose: 'Exercise', stretch: 'Stretch', rest: 'Rest, not a stretch', how: 'How it is done', barred: 'Who must leave it out, or ask first',
  instead: 'Instead: {0}.', predict: 'Predict: compared with standing, is it …', check: 'Ask the model', missing: 'Choose an answer for each muscle first.',
  you: 'You said {0}.', right: 'Right', wrong: 'Not right', open: 'It depends', model: 'What the model says',
  score: '{0} of {1} right.', scoreOpen: '{0} of {1} right; not counted, because it depends on how the pose is done: {2}.', angles: 'What the pose is taken to be',
  dose: 'Dose', adapt: 'How to adapt it', evidence: 'Evidence', again: 'Predict again', next: 'Next: {0}', sources: 'Sources: {0}',
  stops: 'When to stop', shorter: 'shorter', longer: 'longer', same: 'as in standing',
  card: 'Client card', cardWhat: 'Choose what goes on the card. It is printed by your browser; nothing about the client is asked for or kept.',
  gate: 'Go through these with the client first', screened: 'I have screened this client as in lesson 07, and none of these applies, or the right person has agreed.',
  print: 'Print the card', printing: 'The card goes to the printer.', none: 'Choose at least one exercise for the card.', notYet: 'Screen the client first, then tick the box.',
  cardTitle: 'Exercises for home', cardHow: 'How', cardDose: 'How long, how often', cardEasier: 'To make it easier', cardBarred: 'Leave it out, or ask first',
  cardLines: ['Side', 'Shown by', 'On'],
  cardFoot: 'Do only what was shown to you. A light pull is enough; nothing should hurt. These exercises are no promise that pain will go. General information, not medical advice.',
};

class Aftercare {
  constructor(model, el) {
    this.model = model;
    this.spec = model.get('spec');
    this.words = { ...WORDS, ...this.spec.words };
    this.uid = `af${Math.random().toString(36).slice(2, 8)}`;
    this.answers = [...model.get('answers')];
    this.reopened = new Set(); // exercises to be predicted once more
    this.onCard = new Set();
    this.build();
    el.replaceChildren(this.root);
    this.choose(this.spec.exercises.find((one) => !this.isDone(one))?.id ?? this.spec.exercises[0].id);
    this.follow = () => this.takeAnswers();
    model.on('change:answers', this.follow);
  }

  close() { this.model.off('change:answers', this.follow); }

  say(text) { this.status.textContent = text; }

  // The kernel, or another view of the same exercises, has other answers than this one.
  takeAnswers() {
    const answers = this.model.get('answers');
    if (JSON.stringify(answers) === JSON.stringify(this.answers)) return;
    this.answers = [...answers];
    this.choose(this.shown.id);
  }

  lastOf(id) { return this.answers.findLast((one) => one.id === id); }

  keysOf(one) { return one.legs.flatMap((leg) => this.spec.asked.map(({ id }) => ({ leg, muscle: id, key: `${one.id}/${leg.id}/${id}` }))); }

  isDone(one) { return !this.reopened.has(one.id) && this.keysOf(one).every(({ key }) => this.lastOf(key)); }

  build() {
    const { spec, words, uid } = this;
    this.status = make('p', { class: 'af-status', role: 'status' });
    this.list = radios(words.choose, spec.exercises, (id) => this.choose(id));
    this.list.node.className = 'af-list';
    this.body = make('div', { class: 'af-body' });
    const stops = spec.stops.map(({ sign, act, mark }) => make('li', {}, `${sign}: `, make('b', {}, act), mark));
    this.root = make('div', { class: 'aftercare', role: 'group', 'aria-label': spec.title, 'data-aftercare': uid },
      hideStill(spec.still, `[data-aftercare="${uid}"]`), make('p', { class: 'af-title' }, spec.title),
      this.list.node, this.body,
      make('section', { class: 'af-stops', 'aria-label': words.stops }, make('p', { class: 'af-head' }, words.stops), make('ul', {}, ...stops),
        make('p', { class: 'af-fine' }, spec.without_source), sourceList(words.sources, spec.stop_sources)),
      this.cardPart(), this.status);
    guardKeys(this.root);
  }

  choose(id, isAsked = false) {
    this.shown = this.spec.exercises.find((one) => one.id === id);
    this.list.show(id);
    this.say('');
    const one = this.shown, { words } = this;
    const points = (texts, tag = 'ul') => make(tag, {}, ...texts.map((text) => make('li', {}, text)));
    this.body.replaceChildren(
      make('div', { class: 'af-intro' },
        make('p', { class: 'af-name' }, one.name, ' ', make('span', { class: 'af-aim' }, words[one.aim])),
        make('p', {}, one.purpose),
        make('p', { class: 'af-head' }, words.how), points(one.how, 'ol')),
      make('div', { class: 'af-barred' }, make('p', { class: 'af-head' }, words.barred), points(one.not_for),
        one.instead ? make('p', {}, fill(words.instead, one.instead)) : null),
      this.isDone(one) ? this.result(one, points) : this.form(one));
    if (isAsked) this.list.node.querySelector('[aria-checked=true]').focus();
  }

  // ---- predict

  form(one) {
    const { words, spec, uid } = this, fields = [];
    const row = (leg, { id, name, hint }) => {
      const inputs = spec.choices.map((word, k) => make('input', { type: 'radio', name: `${uid}-${leg.id}-${id}`, value: k }));
      const options = spec.choices.map((word, k) => make('label', {}, inputs[k], make('span', {}, word)));
      fields.push({ key: `${one.id}/${leg.id}/${id}`, inputs, answer: leg.answers[id] });
      return make('fieldset', { class: 'af-row' }, make('legend', {}, name, make('span', { class: 'af-hint' }, ` ${hint}`)), ...options);
    };
    const note = make('p', { class: 'af-note' });
    const check = (event) => {
      event.preventDefault();
      const open = fields.find(({ inputs }) => !inputs.some((input) => input.checked));
      if (open) {
        note.textContent = words.missing;
        this.say(words.missing);
        return open.inputs[0].focus();
      }
      this.keep(one, fields.map(({ key, inputs, answer }) => ({ key, answer, given: spec.choices[inputs.findIndex((input) => input.checked)] })));
    };
    return make('form', { novalidate: true, onsubmit: check }, make('p', { class: 'af-head' }, words.predict),
      ...one.legs.map((leg) => make('div', { class: 'af-leg', role: 'group', 'aria-label': leg.name },
        make('p', { class: 'af-legname' }, leg.name), ...spec.asked.map((asked) => row(leg, asked)))),
      note, make('div', { class: 'af-buttons' }, make('button', { type: 'submit', class: 'af-main' }, words.check)));
  }

  keep(one, given) {
    this.answers = [...this.answers, ...given.map(({ key, answer, given: word }) => ({
      id: key, given: word, right: judge(answer, word), n: 1 + this.answers.filter(({ id }) => id === key).length,
    }))];
    this.reopened.delete(one.id);
    this.model.set('answers', this.answers);
    this.model.save_changes();
    this.choose(one.id);
    const head = this.body.querySelector('.af-result .af-head');
    head.focus({ preventScroll: true });
    head.scrollIntoView({ block: 'nearest' });
    this.say(this.score(one));
  }

  score(one) {
    const { words } = this, all = this.keysOf(one).map(({ key }) => this.lastOf(key).right);
    const open = all.filter((right) => right === null).length, right = all.filter(Boolean).length;
    return open ? fill(words.scoreOpen, right, all.length - open, open) : fill(words.score, right, all.length);
  }

  // ---- the model's answer

  result(one, points) {
    const { words, spec } = this;
    const at = spec.exercises.indexOf(one), next = spec.exercises[at + 1];
    const again = button(words.again, () => {
      this.reopened.add(one.id);
      this.choose(one.id);
      this.body.querySelector('form input').focus();
    });
    const line = (leg, { id, name }) => {
      const answer = leg.answers[id], last = this.lastOf(`${one.id}/${leg.id}/${id}`);
      const verdict = answer.open ? 'open' : last.right ? 'right' : 'wrong';
      return make('li', { class: `af-${verdict}` },
        make('p', {}, make('span', { class: 'af-mark', 'aria-hidden': 'true' }, { open: '–', right: '✓', wrong: '✗' }[verdict]),
          make('b', {}, `${name}: ${answer.word}.`), ` ${words[verdict]}. `, make('span', { class: 'af-hint' }, fill(words.you, last.given))),
        this.bar(answer), make('p', {}, answer.text));
    };
    return make('div', { class: 'af-result' }, make('p', { class: 'af-head', tabindex: -1 }, `${words.model}: ${this.score(one)}`),
      ...one.legs.flatMap((leg) => [make('p', { class: 'af-legname' }, leg.name), make('ul', { class: 'af-said' }, ...spec.asked.map((asked) => line(leg, asked)))]),
      make('p', { class: 'af-fine' }, spec.legend),
      make('details', {}, make('summary', {}, words.angles), ...one.legs.flatMap((leg) => [make('p', { class: 'af-legname' }, leg.name),
        make('ul', {}, ...leg.angles.map(({ text, basis }) => make('li', {}, make('b', {}, `${text}. `), basis)))])),
      make('p', { class: 'af-head' }, words.dose), make('p', {}, `${one.dose} ${one.dose_basis}`),
      make('p', { class: 'af-head' }, words.adapt), points(one.adapt),
      make('p', { class: 'af-head' }, words.evidence), make('p', {}, one.evidence), sourceList(words.sources, one.sources),
      make('div', { class: 'af-buttons' }, next ? button(fill(words.next, next.name), () => this.choose(next.id, true), { class: 'af-main' }) : null, again));
  }

  // The range as a bar about the line of standing; the words say the same.
  bar({ mm, low_mm: low, high_mm: high }) {
    const { words, spec } = this, place = (size) => 50 + 50 * clampTo(size / spec.furthest_mm);
    return make('div', { class: 'af-bar', 'aria-hidden': 'true' }, make('span', { class: 'af-end' }, words.shorter),
      make('span', { class: 'af-track' }, make('i', { class: 'af-zero' }),
        make('i', { class: 'af-span', style: `left:${place(low)}%;width:${Math.max(place(high) - place(low), 0.6)}%` }),
        make('i', { class: 'af-dot', style: `left:${place(mm)}%` })),
      make('span', { class: 'af-end' }, words.longer));
  }

  // ---- the card

  cardPart() {
    const { words, spec, uid } = this;
    const gate = make('div', { class: 'af-gate', hidden: true });
    const screened = checkbox(words.screened, () => settle());
    const note = make('p', { class: 'af-note' });
    const settle = () => {
      const chosen = spec.exercises.filter(({ id }) => this.onCard.has(id));
      gate.hidden = !chosen.length;
      const barred = [...new Set(chosen.flatMap(({ not_for: texts }) => texts))];
      gate.replaceChildren(make('p', { class: 'af-head' }, words.gate), make('ul', {}, ...barred.map((text) => make('li', {}, text))), screened.node);
      note.textContent = '';
    };
    const picks = spec.exercises.map((one) => checkbox(one.name, (isOn) => {
      if (isOn) this.onCard.add(one.id); else this.onCard.delete(one.id);
      screened.input.checked = false; // another list has to be gone through
      settle();
    }).node);
    const press = () => {
      const reason = !this.onCard.size ? words.none : !screened.input.checked ? words.notYet : '';
      note.textContent = reason;
      if (reason) return this.say(reason);
      this.print();
    };
    return make('section', { class: 'af-card', 'aria-labelledby': `${uid}-card` }, make('p', { class: 'af-name', id: `${uid}-card` }, words.card),
      make('p', {}, words.cardWhat), make('div', { class: 'af-picks', role: 'group', 'aria-label': words.card }, ...picks), gate, note,
      make('div', { class: 'af-buttons' }, button(words.print, press, { class: 'af-main' })));
  }

  print() {
    this.frame?.remove();
    const chosen = this.spec.exercises.filter(({ id }) => this.onCard.has(id));
    this.frame = make('iframe', { class: 'af-frame', title: this.words.cardTitle, 'aria-hidden': 'true', tabindex: -1, srcdoc: cardPage(chosen, this.spec.stops, this.words) });
    this.frame.addEventListener('load', () => this.frame.contentWindow.print());
    this.root.append(this.frame);
    this.say(this.words.printing);
  }
}

const clampTo = (share) => Math.min(1, Math.max(-1, share));

// Whether a prediction is right; null where the range runs from shorter to longer, so that none is.
function judge(answer, given) { return answer.open ? null : answer.word === given; }

const CARD_STYLE = `
  body { font: 12pt/1.4 system-ui, "Segoe UI", "Noto Sans", sans-serif; color: #000; margin: 12mm; }
  h1 { font-size: 18pt; margin: 0 0 3mm; } h2 { font-size: 14pt; margin: 6mm 0 1mm; } h3 { font-size: 11pt; margin: 2mm 0 0; }
  p, ul, ol { margin: 0 0 1mm; } section { break-inside: avoid; } .lines span { display: inline-block; min-width: 36mm; border-bottom: 1px solid #000; margin-right: 6mm; }
  .stop { border: 2px solid #000; padding: 2mm 4mm; margin-top: 6mm; } .foot { font-size: 10pt; margin-top: 4mm; }`;

// The card as one page of HTML that needs nothing else. The rules when to stop are always on it.
function cardPage(chosen, stops, words) {
  const list = (title, texts, tag = 'ul') => [make('h3', {}, title), make(tag, {}, ...texts.map((text) => make('li', {}, text)))];
  const part = (one) => make('section', {}, make('h2', {}, `${one.name} (${words[one.aim].toLowerCase()})`), make('p', {}, one.purpose),
    ...list(words.cardHow, one.how, 'ol'), make('h3', {}, words.cardDose), make('p', {}, one.dose),
    ...list(words.cardEasier, one.adapt), ...list(words.cardBarred, one.not_for),
    make('p', { class: 'lines' }, ...words.cardLines.flatMap((name) => [`${name}: `, make('span', {}, '\u00a0')])));
  const stop = make('section', { class: 'stop' }, make('h2', {}, words.stops),
    make('ul', {}, ...stops.map(({ sign, act }) => make('li', {}, `${sign}: `, make('b', {}, act)))));
  const body = make('body', {}, make('h1', {}, words.cardTitle), ...chosen.map(part), stop, make('p', { class: 'foot' }, words.cardFoot));
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${words.cardTitle}</title><style>${CARD_STYLE}</style></head>${body.outerHTML}</html>`;
}

// ---------------------------------------------------------------- ways in

function render({ model, el }) {
  const widget = new Aftercare(model, el);
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  const model = pageModel(page, { answers: [] });
  render({ el, model });
  return model;
}

export { judge, cardPage };
export default { render };
