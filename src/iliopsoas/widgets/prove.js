// The test of lesson 10: every question once, how sure one is with each, and nothing told before the end. Comes behind
// drill.js in one ES module.

const PROVE_WORDS = {
  check: 'Answer', noted: 'Noted.', pause: 'You may stop at any time: the test goes on from here. Right and wrong are told at the end.',
  passed: 'Passed', notPassed: 'Not passed yet', score: '{0} of {1} right, {2} %. The pass mark is {3} %.',
  safetyScore: 'Safety: {0} of {1} right. All of them must be.', noSafety: 'No question of this test was about safety.',
  topic: 'Topic', ofTopic: 'Right', confidence: 'How sure you were', sureRight: 'Sure and right', sureWrongs: 'Sure and not right',
  unsureRight: 'Not sure, yet right', unsureWrong: 'Not sure, and not right', dangerous: 'Look at these first: you were sure, and it was not right',
  rest: 'What else was not right', study: 'Study next', lesson: 'Lesson {0}', noAnswer: 'no answer', yourAnswer: 'Your answer:',
  allRight: 'Everything was right.', scope: 'This result is for you. It qualifies you for nothing, and hands-on work is learnt under supervision.',
  another: 'For another test, run the cell again.',
};

class Proof extends Questions {
  build() {
    this.words = { ...this.words, ...PROVE_WORDS, ...this.spec.words };
    super.build();
    this.pause = make('p', { class: 'qu-fine' }, this.words.pause);
    this.body.after(this.pause);
  }

  asksSure() { return true; }

  chunks() { return [[...this.byId.keys()]]; }

  nextOf(ids) { return ids.find((id) => !this.given(id).length); }

  answered(question, outcome, sure) {
    this.keep(question, outcome, sure);
    this.show(true);
    if (this.nextOf(this.round)) this.say(`${this.words.noted} ${this.count.textContent}.`);
  }

  // Marks that tell what is answered, not whether it was right.
  showSteps(id) {
    const { round, words } = this, place = round.indexOf(id);
    this.count.textContent = id ? fill(words.count, place + 1, round.length) : '';
    this.steps.replaceChildren(...round.map((one, k) =>
      make('span', { class: this.given(one).length ? 'qu-noted' : `qu-open${k === place ? ' qu-now' : ''}` })));
  }

  outcome() {
    const { words, spec, round } = this;
    this.pause.hidden = true;
    const items = round.map((id) => ({ question: this.byId.get(id), answer: this.given(id)[0] }));
    const safe = items.filter(({ question }) => question.safety), count = (list) => list.filter(({ answer }) => answer.right).length;
    const right = count(items), share = right / items.length;
    const isPassed = share >= spec.pass && count(safe) === safe.length;
    const verdict = isPassed ? words.passed : words.notPassed;
    const score = fill(words.score, right, items.length, Math.floor(share * 100), Math.round(spec.pass * 100));
    const safety = safe.length ? fill(words.safetyScore, count(safe), safe.length) : words.noSafety;
    this.say([verdict, score, safety].join(' '));
    const wrong = items.filter(({ answer }) => !answer.right).sort((a, b) => b.question.safety - a.question.safety);
    const sure = wrong.filter(({ answer }) => answer.sure), unsure = wrong.filter(({ answer }) => !answer.sure);
    const title = make('p', { class: 'qu-done', tabindex: -1 }, make('span', { 'aria-hidden': 'true' }, isPassed ? '✓ ' : ''), verdict);
    const pairs = items.map(({ question, answer }) => [question.topic, answer.right]);
    const heading = (text) => make('p', { class: 'qu-group' }, text);
    const review = (name, list) => (list.length ? [heading(name), ...list.map((item) => this.review(item))] : []);
    requestAnimationFrame(() => { if (this.root.contains(document.activeElement) || document.activeElement === document.body) title.focus({ preventScroll: true }); });
    return [make('div', { class: 'qu-outcome' }, title, make('p', {}, score), make('p', {}, safety), topicTable(words, pairs),
      heading(words.confidence), this.confidence(items), ...this.studyList(wrong), ...review(words.dangerous, sure), ...review(words.rest, unsure),
      wrong.length ? null : make('p', {}, words.allRight), make('p', { class: 'qu-fine' }, words.scope), make('p', { class: 'qu-fine' }, words.another))];
  }

  confidence(items) {
    const { words } = this, n = (sure, right) => items.filter(({ answer }) => !!answer.sure === sure && answer.right === right).length;
    const row = (name, value) => make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value));
    return make('table', { class: 'qu-topics' }, make('tbody', {}, row(words.sureRight, n(true, true)), row(words.unsureRight, n(false, true)),
      row(words.unsureWrong, n(false, false)), row(words.sureWrongs, n(true, false))));
  }

  // A missed question, with what was given, what is right, and why.
  review({ question, answer }) {
    const { words } = this;
    const told = this.told(question, answer), given = Array.isArray(answer.given) ? answer.given.join(' → ') : answer.given;
    const solution = told.some(([name]) => name === words.solution) ? [] : [[words.solution, question.solution]];
    const line = ([name, text]) => make('p', {}, name ? make('b', {}, `${name} `) : null, text);
    return make('details', { class: 'qu-review' },
      make('summary', {}, question.safety ? make('b', {}, `${words.safety}: `) : null,
        question.vignette ? `${question.vignette.split('. ')[0]}: ` : null, question.question),
      question.vignette ? make('p', {}, question.vignette) : null,
      line([words.yourAnswer, given === null ? words.noAnswer : this.inWords(question, given)]), ...[...solution, ...told].map(line),
      this.place(question), sourceList(words.sources, question.sources));
  }

  // A place on a plate is kept by its id and told by its name.
  inWords(question, given) { return question.kind === 'click' ? this.spec.structures[given]?.name ?? String(given) : String(given); }

  // The lessons of what was missed, the most first; safety counts double.
  studyList(wrong) {
    const { words, spec } = this, weights = new Map();
    for (const { question } of wrong) weights.set(question.lesson, (weights.get(question.lesson) ?? 0) + (question.safety ? 2 : 1));
    if (!weights.size) return [];
    const lessons = [...weights].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([lesson]) => lesson);
    const link = (lesson) => {
      const file = spec.files[lesson], rest = file?.replace(/\.ipynb$/, '').slice(3).replaceAll('_', ' ') ?? '';
      const name = fill(words.lesson, `${lesson} ${rest.charAt(0).toUpperCase()}${rest.slice(1)}`.trim());
      const inJupyter = file && this.root.closest('.jp-Notebook'); // elsewhere the file may not be beside the page
      return inJupyter ? make('a', { href: file, target: '_blank', rel: 'noopener' }, name) : name;
    };
    return [make('p', { class: 'qu-group' }, words.study), make('ul', { class: 'qu-study' }, ...lessons.map((one) => make('li', {}, link(one))))];
  }
}

CARDS.prove = Proof;
