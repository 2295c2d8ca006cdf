// The article's claims: graded by the learner first, then the verdict. Comes behind controls.js in one ES module
// (ledger.SCRIPTS). A notebook loads it through anywidget, a page without a kernel calls mount().

const LEDGER_WORDS = {
  topic: 'Topic', evidence: 'Evidence', safety: 'Safety', work: 'Your work', all: 'All', open: 'Not graded yet',
  differ: 'Graded otherwise than here', choose: 'Choose a grade', meaning: 'What the grades mean',
  byVerdict: 'Filtering by a grade tells you the grade of what it shows.',
  count: '{0} of {1} claims shown. You graded {2}, {3} of them as this ledger does.', none: 'No claim fits this choice.',
  says: 'The article says: ', compare: 'Compare', look: 'Show without grading', both: 'Choose both grades first.',
  yours: 'You chose {0}.', same: 'As you graded it.', why: 'What is known:', say: 'What to tell a client:',
  sources: 'Sources: {0}', again: 'Grade again', verdict: '{0}: {1}.', looked: 'You looked without grading.',
};
const LEDGER_MARKS = { supported: '✓', 'partly supported': '◐', unsupported: '?', contradicted: '✗' };

class Ledger {
  constructor(model, el) {
    this.model = model;
    this.spec = model.get('spec');
    this.words = { ...LEDGER_WORDS, ...this.spec.words };
    this.uid = `le${Math.random().toString(36).slice(2, 8)}`;
    this.grades = [...model.get('grades')];
    this.open = new Set(); // claims that are graded again
    this.build();
    el.replaceChildren(this.root);
    this.follow = () => {
      if (JSON.stringify(model.get('grades')) === JSON.stringify(this.grades)) return;
      this.grades = [...model.get('grades')];
      this.show();
    };
    model.on('change:grades', this.follow);
  }

  close() { this.model.off('change:grades', this.follow); }

  say(text) { this.status.textContent = text; }

  last(id) { return this.grades.filter((grade) => grade.id === id).at(-1); }

  // ---- building

  build() {
    const { words, spec, uid } = this;
    this.filters = {};
    this.count = make('p', { class: 'qu-count' });
    this.list = make('div', { class: 'le-list' });
    this.status = make('p', { class: 'qu-status', role: 'status' });
    const meaning = [...Object.entries(spec.evidence), ...Object.entries(spec.safety)]
      .map(([name, what]) => make('li', {}, make('b', {}, name), `: ${what}`));
    this.root = make('div', { class: 'questions ledger', role: 'group', 'aria-label': spec.title, 'data-ledger': uid },
      hideStill(spec.still, `[data-ledger="${uid}"]`),
      make('div', { class: 'qu-head' }, make('p', { class: 'qu-title' }, spec.title), this.count),
      ...(spec.filters ? this.filterRow() : []),
      make('details', { class: 'le-meaning' }, make('summary', {}, words.meaning), make('ul', {}, ...meaning)),
      this.list, this.status);
    guardKeys(this.root);
    this.rows = spec.claims.map((claim) => {
      const node = make('div', { class: 'le-claim', role: 'group', 'aria-label': claim.label, 'data-claim': claim.id });
      this.fill(claim, node);
      return { claim, node };
    });
    this.show();
  }

  filterRow() {
    const { words, spec } = this;
    const select = (name, title, options) => {
      const node = make('select', { onchange: () => { this.show(); this.say(this.count.textContent); } },
        make('option', { value: '' }, words.all), ...options.map(([value, text]) => make('option', { value }, text)));
      node.id = `${this.uid}-${name}`;
      this.filters[name] = node;
      return make('div', {}, make('label', { for: node.id }, title), node);
    };
    const plainly = (names) => names.map((name) => [name, name]);
    return [make('div', { class: 'le-filters' }, select('topic', words.topic, plainly(spec.topics)),
      select('work', words.work, [['open', words.open], ['differ', words.differ]]),
      select('evidence', words.evidence, plainly(Object.keys(spec.evidence))),
      select('safety', words.safety, plainly(Object.keys(spec.safety)))),
    make('p', { class: 'qu-fine' }, words.byVerdict)];
  }

  isShown(claim) {
    const wanted = (name) => this.filters[name]?.value ?? '', grade = this.last(claim.id);
    if (['topic', 'evidence', 'safety'].some((name) => wanted(name) && claim[name] !== wanted(name))) return false;
    if (wanted('work') === 'open') return !grade;
    if (wanted('work') === 'differ') return Boolean(grade) && !grade.agrees;
    return true;
  }

  show() {
    const { words, spec } = this, shown = this.rows.filter(({ claim }) => this.isShown(claim));
    const nodes = [];
    shown.forEach(({ claim, node }, k) => {
      if (spec.filters && claim.topic !== shown[k - 1]?.claim.topic) nodes.push(make('p', { class: 'le-topic' }, claim.topic));
      nodes.push(node);
    });
    this.list.replaceChildren(...(nodes.length ? nodes : [make('p', {}, words.none)]));
    const graded = spec.claims.map((claim) => this.last(claim.id)).filter((grade) => grade?.evidence);
    this.count.textContent = fill(words.count, shown.length, spec.claims.length, graded.length, graded.filter((grade) => grade.agrees).length);
  }

  // A claim with what can be done about it: grades to choose, or the verdict.
  fill(claim, node) {
    const { words } = this, grade = this.last(claim.id);
    const article = make('p', { class: 'le-article' }, make('b', {}, `${claim.label}. `), words.says, claim.article);
    node.replaceChildren(article, ...(grade && !this.open.has(claim.id) ? this.verdict(claim, grade, node) : this.asking(claim, node)));
  }

  asking(claim, node) {
    const { words, spec } = this, note = make('p', { class: 'qu-note' });
    const select = (title, names) => {
      const id = `${this.uid}-${claim.id}-${plain(title)}`;
      const field = make('select', { id }, make('option', { value: '' }, words.choose), ...names.map((name) => make('option', { value: name }, name)));
      return { field, node: make('div', {}, make('label', { for: id }, title), field) };
    };
    const evidence = select(words.evidence, Object.keys(spec.evidence)), safety = select(words.safety, Object.keys(spec.safety));
    const give = (grades) => {
      this.open.delete(claim.id);
      const agrees = grades.evidence === claim.evidence && grades.safety === claim.safety;
      this.grades = [...this.grades, { id: claim.id, ...grades, agrees }];
      this.model.set('grades', this.grades);
      this.model.save_changes();
      this.fill(claim, node);
      const [first] = node.querySelectorAll('.le-verdict');
      first.focus({ preventScroll: true });
      const graded = this.spec.claims.map((one) => this.last(one.id)).filter((grade) => grade?.evidence);
      this.count.textContent = fill(words.count, this.list.querySelectorAll('.le-claim').length, this.spec.claims.length, graded.length, graded.filter((grade) => grade.agrees).length);
      this.say(`${first.textContent} ${claim.finding}`);
    };
    const compare = () => {
      const missing = [evidence, safety].find((one) => !one.field.value);
      if (missing) { note.textContent = words.both; this.say(words.both); missing.field.focus(); return; }
      give({ evidence: evidence.field.value, safety: safety.field.value });
    };
    return [make('div', { class: 'le-grade' }, evidence.node, safety.node,
      make('div', { class: 'qu-buttons' }, button(words.compare, compare, { class: 'qu-main', 'aria-label': `${words.compare}: ${claim.label}` }),
        button(words.look, () => give({ evidence: '', safety: '' }), { 'aria-label': `${words.look}: ${claim.label}` }))), note];
  }

  verdict(claim, grade, node) {
    const { words } = this, isGraded = Boolean(grade.evidence);
    const line = (title, ours, theirs, mark) => {
      const said = !isGraded ? '' : theirs === ours ? words.same : fill(words.yours, theirs);
      return make('p', {}, make('b', {}, `${mark}${fill(words.verdict, title, ours)} `),
        said ? make('span', { class: theirs === ours ? 'le-agree' : 'le-differ' }, said) : null);
    };
    return [make('div', { class: 'le-verdict', tabindex: -1 },
      line(words.evidence, claim.evidence, grade.evidence, `${LEDGER_MARKS[claim.evidence]} `), line(words.safety, claim.safety, grade.safety, ''),
      isGraded ? null : make('p', { class: 'qu-fine' }, words.looked)),
    make('div', { class: 'qu-result' }, make('p', {}, make('b', {}, `${words.why} `), claim.finding),
      make('p', {}, make('b', {}, `${words.say} `), `“${claim.say}”`), sourceList(words.sources, claim.sources)),
    make('div', { class: 'qu-buttons' }, button(words.again, () => {
      this.open.add(claim.id);
      this.fill(claim, node);
      node.querySelector('select').focus();
    }, { 'aria-label': `${words.again}: ${claim.label}` }))];
  }
}

// ---------------------------------------------------------------- ways in

function render({ model, el }) {
  const widget = new Ledger(model, el);
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  const model = pageModel(page, { grades: [] });
  render({ el, model });
  return model;
}

export default { render };
