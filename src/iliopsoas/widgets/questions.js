// One question after the other on a card. Comes behind picture.js, controls.js, board.js, answers.js and fields.js in one
// ES module (questions.SCRIPTS). A notebook loads it through anywidget, a page without a kernel calls mount(). Answers are
// checked here, so everything works after the kernel is gone, and nothing here asks anything of any host.

const WORDS = {
  count: 'Question {0} of {1}', safety: 'Safety', again: 'You were sure, and it was not right. Once more:',
  unit: 'in {0}', check: 'Check', skip: 'I do not know',
  show: 'Show the answer', next: 'Next question', finish: 'See how it went',
  sure: 'How sure are you?', yes: 'Sure', no: 'Not sure', up: 'Move up: {0}', down: 'Move down: {0}',
  moved: '{0}: now {1} of {2}.', order: 'Put them in order, the first on top.',
  choose: 'Choose an answer first.', saySure: 'Say how sure you are, too.', typeNumber: 'Type a number.',
  typeName: 'Type a name.', write: 'Write something first, even a guess.',
  unknown: 'No structure of this course has that name. Check the spelling, or try another name.',
  unclear: 'More than one structure could be meant. Write the name in full.',
  right: 'Right.', wrong: 'Not right.', skipped: 'Here is the answer.', yours: 'Your answer:', quoted: '“{0}”:', tempts: 'Why it tempts:',
  solution: 'The answer:', why: 'Why:', named: 'You named:', chosen: 'your answer', itIs: 'the right answer',
  place: 'you had it in place {0}', see: 'Where to see it: {0}.', sources: 'Sources: {0}', ours: 'Our answer:', inOrder: 'The right order',
  point: 'Point at it in the picture, or choose a place here:', noPlace: 'No place chosen',
  byName: 'Answer in words instead', name: 'Its name', chosenPlace: '{0} chosen.', nothing: 'There is nothing to choose there.',
  choosePlace: 'Choose a place first.', marked: 'What is asked about is marked.', markedIs: 'Marked: {0}.', youChose: 'You chose: {0}.',
  judge: 'Did yours say the same in the main point?', itDid: 'Yes', itDidNot: 'Not yet',
  done: '{0} of {1} right at the first answer', look: 'Worth another look', lookSafety: 'Look at these first: safety',
  redo: 'Ask these again ({0})', more: 'Next {0} questions', over: 'Start from the beginning',
  all: 'Everything was right at the first answer.',
};

class Questions {
  constructor(model, el, spec) {
    this.model = model;
    this.spec = spec;
    this.words = { ...WORDS, ...KEPT_WORDS, ...this.spec.words };
    this.byId = new Map(this.spec.questions.map((question) => [question.id, question]));
    this.uid = `qu${Math.random().toString(36).slice(2, 8)}`;
    this.answers = [...model.get('answers')];
    this.packs = {};
    this.since = 0; // answers before this one belong to an earlier round
    this.build();
    el.replaceChildren(this.root);
    this.round = this.chunks().find((ids) => this.nextOf(ids)) ?? this.chunks().at(-1);
    this.show();
    this.follow = () => this.takeAnswers();
    model.on('change:answers', this.follow);
    const names = this.spec.packs ?? [];
    this.takers = names.map((name) => [`change:${name}`, () => this.takePack(name)]);
    this.takers.push(['change:error', () => this.board?.fail(model.get('error'))]);
    for (const [event, task] of this.takers) model.on(event, task);
    for (const name of names) this.takePack(name);
  }

  async takePack(name) {
    const pack = await packIn(this.model, name);
    if (!pack || pack.isStale()) return;
    this.packs[name] = pack;
    if (this.board?.wants === name) await this.openBoard();
  }

  close() {
    this.model.off('change:answers', this.follow);
    this.model.off('change:kept', this.onKept);
    for (const [event, task] of this.takers) this.model.off(event, task);
  }

  // ---- what to ask: follows from the answers alone, so that a reloaded page goes on where it was

  chunks() {
    const ids = [...this.byId.keys()], { most } = this.spec;
    return Array.from({ length: Math.ceil(ids.length / most) }, (_, k) => ids.slice(k * most, (k + 1) * most));
  }

  given(id) { return this.answers.slice(this.since).filter((answer) => answer.id === id); }

  // First what has no answer yet; then what the learner was sure of and got wrong.
  nextOf(ids) {
    const sureAndWrong = (id) => { const last = this.given(id).at(-1); return last.sure && !last.right; };
    return ids.find((id) => !this.given(id).length) ?? ids.find(sureAndWrong);
  }

  // The kernel, or another view of the same questions, has other answers than this one.
  takeAnswers() {
    const answers = this.model.get('answers');
    if (JSON.stringify(answers) === JSON.stringify(this.answers)) return;
    if (answers.length < this.since) this.since = 0;
    this.answers = [...answers];
    this.show();
  }

  keep(question, { given, right }, sure) {
    const n = 1 + this.answers.filter((answer) => answer.id === question.id).length;
    this.answers = [...this.answers, stamped({ id: question.id, given, right, sure, n }, this.spec.part)];
    this.model.set('answers', this.answers);
    this.model.save_changes();
    this.onKept();
  }

  begin(round) {
    this.round = round;
    this.since = this.answers.length;
    this.show(true);
  }

  // ---- the card

  build() {
    const { words, spec, uid } = this, of = { class: 'questions', role: 'group', 'aria-label': spec.title };
    this.steps = make('div', { class: 'qu-steps', 'aria-hidden': 'true' });
    this.count = make('p', { class: 'qu-count' });
    this.body = make('div', { class: 'qu-body' });
    this.status = make('p', { class: 'qu-status', role: 'status' });
    this.root = make('div', { ...of, 'data-questions': uid },
      hideStill(spec.still, `[data-questions="${uid}"]`),
      make('div', { class: 'qu-head' }, make('p', { class: 'qu-title' }, spec.title), this.count), this.steps,
      this.body, keptLine(this), this.status);
    guardKeys(this.root);
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.repeat) event.preventDefault(); // a key held down answers one question only
    });
  }

  asksSure({ safety }) { return safety; }

  say(text) { this.status.textContent = text; }

  // What comes next, a question or how it went; the focus follows when the learner has asked for it.
  show(isAsked = false) {
    const id = this.nextOf(this.round), question = this.byId.get(id);
    this.say('');
    this.showSteps(id);
    this.body.replaceChildren(...(question ? this.ask(question) : this.outcome()));
    if (!isAsked) return;
    this.body.querySelector('input, textarea, select, button:not(:disabled)')?.focus({ preventScroll: true });
    bringIntoSight(this.root, this.body);
  }

  showSteps(id) {
    const { round, words } = this, place = round.indexOf(id);
    if (id) this.count.textContent = fill(words.count, place + 1, round.length);
    this.steps.replaceChildren(...round.map((one, k) => {
      const [first] = this.given(one);
      const state = !first ? 'open' : first.right ? 'right' : first.given === null ? 'skipped' : 'wrong';
      return make('span', { class: `qu-${state}${k === place ? ' qu-now' : ''}` });
    }));
  }

  ask(question) {
    const { words } = this, field = FIELDS[question.kind](this, question);
    const sure = this.asksSure(question) ? optionsField(this, words.sure, [[true, words.yes], [false, words.no]], 'sure') : null;
    const note = make('p', { class: 'qu-note' });
    const tell = (text, to) => { note.textContent = text; this.say(text); to?.focus(); };
    const check = () => {
      const given = field.read();
      if (given === null) return tell(words[field.missing], field.first());
      const outcome = judge(question, given, this.spec.structures);
      if (outcome.missing) return tell(words[outcome.missing], field.first());
      if (sure?.read() === null) return tell(words.saySure, sure.first());
      this.answered(question, outcome, sure?.read() ?? null);
    };
    const isReveal = question.kind === 'reveal';
    const isAgain = this.given(question.id).length > 0;
    return [make('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); check(); } },
      this.kicker(question, isAgain), this.beside(field.board ?? this.boardFor(question, false), field.node, sure?.node, note,
        make('div', { class: 'qu-buttons' },
          make('button', { type: 'submit', class: 'qu-main' }, isReveal ? words.show : words.check),
          button(words.skip, () => this.answered(question, judge(question, null), this.asksSure(question) ? false : null)))))];
  }

  kicker({ safety, vignette }, isAgain = false) {
    const { words } = this, told = vignette ? make('p', { class: 'qu-vignette' }, vignette) : '';
    if (!safety) return told;
    const line = make('p', { class: 'qu-kicker' }, make('b', {}, words.safety), isAgain ? ` ${words.again}` : null);
    return told ? make('div', { class: 'qu-told' }, line, told) : line;
  }

  // ---- the plate of a question

  // A board that shows `question`: bare, or marked; `isTold` once the answer is known. Null where nothing is to be seen.
  boardFor(question, isTold) {
    const { plate } = question, { words } = this;
    this.board = null;
    if (!plate || (plate.shown === 'after' && !isTold)) return null;
    const board = this.board = new Board();
    board.wants = plate.pack;
    board.question = question;
    board.isTold = isTold;
    board.ready = () => {};
    if (this.model.get('error')) board.fail(this.model.get('error'));
    this.openBoard();
    const name = isTold && !plate.stop ? this.nameOf(plate.structure) : '';
    const isMarked = isTold || plate.shown === 'with';
    const text = !isMarked ? '' : isTold ? plate.lit || (name ? fill(words.markedIs, name) : '') : words.marked;
    if (text) board.node.append(make('p', { class: 'qu-fine bo-told' }, text));
    if (plate.schematic) board.node.append(make('p', { class: 'qu-fine bo-schematic' }, plate.schematic));
    return board;
  }

  nameOf(structure) { return this.spec.structures[structure]?.name ?? this.board?.question?.plate?.name ?? ''; }

  async openBoard() {
    const { board, packs } = this, pack = packs[board.wants];
    if (!pack || !(await board.open(pack, board.question.plate.on, board.question.plate.alt))) return;
    const { question: { plate, kind }, isTold } = board;
    const points = board.points().filter((one) => one.structure === plate.structure);
    board.isPoint = points.length > 0 && !board.numbers(plate.same).length;
    board.list = board.targets(board.isPoint);
    if (isTold || plate.shown === 'with') {
      const stop = board.head.stops.find((one) => one.id === plate.stop);
      const lit = stop ? board.head.parts.filter((part) => stop.lit.includes(part.id)).map((part) => part.i) : board.numbers(plate.same);
      board.mark(board.isPoint ? [] : lit, board.isPoint ? points : []);
      board.canvas.setAttribute('aria-label', `${plate.alt} ${isTold ? '' : this.words.marked}`.trim());
    } else if (kind === 'click') board.ready();
  }

  // Put a board beside what is asked or told; alone, that stays as it is.
  beside(board, ...nodes) {
    const rest = make('div', { class: 'qu-beside' }, ...nodes);
    return board ? make('div', { class: 'qu-split' }, board.node, rest) : rest;
  }

  // ---- after an answer

  answered(question, outcome, sure) {
    const { words } = this, { right, given } = outcome;
    if (question.kind === 'reveal') return this.reveal(question, given);
    this.keep(question, outcome, sure);
    const verdict = given === null ? words.skipped : right ? words.right : words.wrong;
    const style = right ? 'qu-is-right' : given === null ? '' : 'qu-is-wrong', mark = right ? '✓ ' : given === null ? '' : '✗ ';
    const told = this.told(question, outcome);
    const board = this.boardFor(question, true);
    this.body.replaceChildren(this.beside(board, this.asked(question, given), make('div', { class: `qu-result ${style}` },
      make('p', { class: 'qu-verdict' }, make('span', { 'aria-hidden': 'true' }, mark), verdict),
      ...told.map(([name, text]) => make('p', {}, name ? make('b', {}, `${name} `) : null, text)),
      this.place(question), sourceList(words.sources, question.sources))));
    this.goOn([verdict, ...told.flat()].join(' '));
  }

  // What is said about an answer, as pairs of a heading and a text.
  told(question, { right, given, named }) {
    const { words, spec } = this, pairs = [];
    if (!right && given !== null) {
      const chosen = question.choices?.find(({ text }) => text === given)?.why;
      if (chosen) pairs.push([fill(words.quoted, given), chosen]);
      if (named) pairs.push([words.named, `${spec.structures[named].name}. ${spec.structures[named].sentence}`]);
      if (question.tempts) pairs.push([words.tempts, question.tempts]);
    }
    if (!question.choices && question.kind !== 'order') pairs.push([words.solution, question.solution]);
    return [...pairs, [words.why, question.why]];
  }

  place({ see }) { return see ? make('p', { class: 'qu-fine' }, fill(this.words.see, see)) : null; }

  // The question as it stands after the answer: what was given, and what is right.
  asked(question, given) {
    const { words } = this;
    const line = (text, mark, style, ...tags) => make('li', { class: style },
      make('span', { class: 'qu-mark', 'aria-hidden': 'true' }, mark),
      make('span', {}, text, ...tags.flatMap((one) => [' ', make('em', {}, one)])));
    let list = [];
    if (question.choices) {
      list = [make('ul', { class: 'qu-given' }, ...question.choices.map(({ text }) => {
        const yours = text === given ? [words.chosen] : [];
        if (text === question.solution) return line(text, '✓', 'qu-is-right', ...yours, words.itIs);
        return text === given ? line(text, '✗', 'qu-is-wrong', ...yours) : line(text, '', '');
      }))];
    } else if (question.kind === 'order') {
      const had = (item, k) => (given && given[k] !== item ? [fill(words.place, given.indexOf(item) + 1)] : []);
      list = [make('p', { class: 'qu-group' }, words.inOrder), make('ol', { class: 'qu-given' },
        ...question.items.map((item, k) => line(item, k + 1, had(item, k).length ? '' : 'qu-is-right', ...had(item, k))))];
    } else if (given !== null) {
      const text = question.kind === 'click' ? this.spec.structures[given].name : String(given);
      list = [make('p', {}, make('b', {}, `${words.yours} `), text)];
    }
    return make('div', { class: 'qu-asked' }, this.kicker(question), make('p', { class: 'qu-ask' }, question.question), ...list);
  }

  goOn(spoken) {
    const { words } = this, isLast = !this.nextOf(this.round);
    const on = button(isLast ? words.finish : words.next, () => this.show(true), { class: 'qu-main' });
    const buttons = make('div', { class: 'qu-buttons' }, on);
    this.body.querySelector('.qu-beside').append(buttons);
    this.showSteps(null);
    on.focus({ preventScroll: true });
    bringIntoSight(this.body.querySelector('.qu-result'), buttons);
    this.say(spoken);
  }

  // The learner has said what he expects, reads the answer, and judges himself.
  reveal(question, given) {
    const { words } = this;
    const pick = (right) => {
      this.keep(question, { given, right }, null);
      this.show(true);
    };
    const judged = given === null ? [button(words.next, () => pick(false), { class: 'qu-main' })]
      : [button(words.itDid, () => pick(true), { class: 'qu-main' }), button(words.itDidNot, () => pick(false))];
    const buttons = make('div', { class: 'qu-buttons', role: 'group', 'aria-labelledby': given === null ? null : `${this.uid}-judge` }, ...judged);
    const board = this.boardFor(question, true);
    this.body.replaceChildren(this.beside(board, this.asked(question, given), make('div', { class: 'qu-result' },
      make('p', {}, make('b', {}, `${words.ours} `), question.solution), make('p', {}, make('b', {}, `${words.why} `), question.why),
      this.place(question), sourceList(words.sources, question.sources)),
    given === null ? null : make('p', { class: 'qu-judge', id: `${this.uid}-judge` }, words.judge), buttons));
    judged[0].focus({ preventScroll: true });
    bringIntoSight(this.body.querySelector('.qu-result'), buttons);
    this.say([words.ours, question.solution, words.why, question.why].join(' '));
  }

  // ---- how it went

  outcome() {
    const { words, round } = this, firsts = round.map((id) => this.given(id)[0]);
    const missed = round.filter((_, k) => !firsts[k].right), isSafe = (id) => !this.byId.get(id).safety;
    const chunks = this.chunks(), rest = chunks.find((ids) => ids.some((id) => !this.answers.some((one) => one.id === id)));
    const title = fill(words.done, round.length - missed.length, round.length);
    const list = (name, ids) => (ids.length ? [make('p', { class: 'qu-group' }, name),
      make('ul', { class: 'qu-missed' }, ...ids.map((id) => make('li', {}, this.byId.get(id).question)))] : []);
    const main = { class: 'qu-main' };
    this.say(title);
    return [make('div', { class: 'qu-outcome' }, make('p', { class: 'qu-done' }, title),
      missed.length ? null : make('p', {}, words.all),
      ...list(words.lookSafety, missed.filter((id) => !isSafe(id))), ...list(words.look, missed.filter(isSafe))),
    make('div', { class: 'qu-buttons' },
      missed.length ? button(fill(words.redo, missed.length), () => this.begin(missed), main) : null,
      rest ? button(fill(words.more, rest.length), () => this.begin(rest), missed.length ? {} : main) : null,
      button(words.over, () => this.begin(chunks[0])))];
  }
}

// ---------------------------------------------------------------- ways in

const CARDS = {}; // by spec.card; drill.js and prove.js add theirs

async function render({ model, el }) {
  const spec = await specOf(model);
  const widget = new (CARDS[spec.card] ?? Questions)(model, el, spec);
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  pageStore().keepInBrowser();
  const start = { answers: pageStore().answersOf(page.state.spec.part), error: '' };
  const model = { ...pageModel(page, start), isAlone: true };
  render({ el, model });
  return model;
}

export { structureMeant, judge };
export default { render };
