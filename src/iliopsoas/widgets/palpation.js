// The palpation map: a plate under a grid of squares, and a card that says what lies under the one that is chosen. Comes
// behind picture.js, controls.js and board.js in one ES module (palpation.SCRIPTS). A notebook loads it through
// anywidget, a page without a kernel calls mount(). Nothing is worked out here: verdicts and depths come with the page.

const MAP_WORDS = {
  list: 'Square', show: 'Show', under: 'What lies under {0}, from the skin inwards', why: 'Why', also: 'Also here',
  refused: 'Refused: no hand and no device here.', waiting: 'The picture is still being drawn. Every square can be read without it.',
  grid: 'Squares of the map. Arrow keys move from square to square.', table: 'Every verdict at a glance',
  how: 'Point at a square, walk over the plate with the arrow keys, or choose from the list.',
  depth: 'about {0} mm, range {1} to {2}', from: '{0} to {1} mm', beside: 'beside the middle', surface: 'at the surface',
  scale: 'Depth in mm from the skin: the tick is the drawn body, the bar the range.', sources: 'Sources: {0}', row: 'Row {0}',
  top: 'In front: {0}', off: 'nothing on the map', legend: 'What the letters mean',
};

class PalpationMap {
  constructor(model, el, spec) {
    this.model = model;
    this.spec = spec;
    this.words = { ...MAP_WORDS, ...this.spec.words };
    this.uid = `pm${Math.random().toString(36).slice(2, 8)}`;
    this.byId = new Map(this.spec.squares.map((one) => [one.id, one]));
    this.view = this.spec.views[0].id;
    this.build();
    el.replaceChildren(this.root);
    this.choose(this.spec.start);
    this.takers = [[`change:${this.spec.pack}`, () => this.take()], ['change:error', () => this.board.fail(model.get('error'))]];
    for (const [event, task] of this.takers) model.on(event, task);
    this.take();
    if (model.get('error')) this.board.fail(model.get('error'));
  }

  close() { for (const [event, task] of this.takers) this.model.off(event, task); }

  // ---- building

  build() {
    const { words, spec, uid } = this;
    this.board = new Board({ drawing: words.waiting });
    this.grid = this.gridOver();
    const sheet = this.board.canvas.parentNode;
    sheet.append(this.grid);
    sheet.addEventListener('click', (event) => { if (!event.target.closest('[role=gridcell]')) this.refuseOutside(); });
    this.box = make('select', { id: `${uid}-square` }, ...this.options());
    this.box.addEventListener('change', () => this.choose(this.box.value));
    this.front = make('select', { id: `${uid}-front` }, ...spec.views.map((one) => make('option', { value: one.id }, one.name)));
    this.front.addEventListener('change', () => { this.view = this.front.value; this.show(); });
    this.said = make('div', { class: 'pm-said', 'aria-live': 'polite', 'aria-atomic': 'true' });
    this.ladder = make('div', { class: 'pm-under' });
    const pick = (box, name) => make('p', { class: 'pm-pick' }, make('label', { for: box.id }, name), box);
    this.root = make('div', { class: 'questions palpation', role: 'group', 'aria-label': spec.title, 'data-palpation': uid },
      hideStill(spec.still, `[data-palpation="${uid}"]`), make('p', { class: 'qu-title' }, spec.title),
      make('p', { class: 'pm-rule' }, spec.notes[0]), this.legend(),
      make('p', { class: 'qu-hint' }, words.how),
      make('div', { class: 'pm-split' },
        make('div', { class: 'pm-left' }, pick(this.front, fill(words.top, '')), this.board.node),
        make('div', { class: 'pm-right' }, pick(this.box, words.list), this.said, this.ladder), this.table()),
      ...[...spec.notes.slice(1), spec.schematic].map((text) => make('p', { class: 'qu-fine' }, text)),
      sourceList(words.sources, spec.sources));
    guardKeys(this.root);
  }

  legend() {
    const row = ([id, one]) => make('li', {}, this.sign(id), make('span', {}, make('b', {}, one.name), `: ${one.means}.`));
    return make('ul', { class: 'pm-legend', 'aria-label': this.words.legend }, ...Object.entries(this.spec.verdicts).reverse().map(row));
  }

  sign(verdict) { return make('span', { class: `pm-sign pm-${verdict}`, 'aria-hidden': 'true' }, this.spec.verdicts[verdict].sign); }

  name(square) { return this.spec.verdicts[square.verdict].name; }

  rows() {
    const rows = new Map();
    for (const one of this.spec.squares) rows.set(one.row, [...(rows.get(one.row) ?? []), one]);
    return [...rows];
  }

  options() {
    const option = (one) => make('option', { value: one.id }, `${one.id} \u2013 ${this.name(one)} \u2013 ${one.where}`);
    return this.rows().map(([row, own]) => make('optgroup', { label: fill(this.words.row, row) }, ...own.map(option)));
  }

  // One Tab stop over the plate. Where there is no square in a direction, the next one beyond it is taken.
  gridOver() {
    const [w, h] = this.spec.size, share = (number, of) => `${(100 * number / of).toFixed(3)}%`;
    const cell = (one) => {
      const [left, top, right, bottom] = one.box;
      const node = make('div', { role: 'gridcell', class: 'pm-cell', tabindex: -1, 'data-id': one.id, 'aria-colindex': one.column,
        'aria-label': `${one.id}, ${this.name(one)}`, 'aria-selected': 'false' });
      Object.assign(node.style, { left: share(left, w), top: share(top, h), width: share(right - left, w), height: share(bottom - top, h) });
      return node;
    };
    const grid = make('div', { class: 'pm-grid', role: 'grid', 'aria-label': this.words.grid, 'aria-colcount': this.spec.columns },
      ...this.rows().map(([, own]) => make('div', { role: 'row' }, ...own.map(cell))));
    grid.addEventListener('keydown', (event) => this.walk(event));
    grid.addEventListener('focusin', (event) => { const { id } = event.target.dataset; if (id && id !== this.at) this.choose(id); });
    grid.addEventListener('click', (event) => { const { id } = event.target.dataset; if (id) { event.target.focus({ preventScroll: true }); this.choose(id); } });
    this.cells = new Map([...grid.querySelectorAll('[role=gridcell]')].map((node) => [node.dataset.id, node]));
    return grid;
  }

  walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.byId.get(this.at), all = this.spec.squares, rows = [...new Set(all.map((one) => one.row))];
    const row = all.filter((one) => one.row === here.row), far = (one) => Math.abs(rows.indexOf(one.row) - rows.indexOf(here.row));
    const column = all.filter((one) => one.column === here.column);
    const nearest = (list, distance) => [...list].sort((a, b) => distance(a) - distance(b))[0];
    const across = (one) => Math.abs(one.column - here.column);
    const to = {
      ArrowLeft: () => nearest(row.filter((one) => one.column < here.column), across),
      ArrowRight: () => nearest(row.filter((one) => one.column > here.column), across),
      ArrowUp: () => nearest(column.filter((one) => rows.indexOf(one.row) < rows.indexOf(here.row)), far),
      ArrowDown: () => nearest(column.filter((one) => rows.indexOf(one.row) > rows.indexOf(here.row)), far),
      Home: () => row[0], End: () => row[row.length - 1],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    const found = to();
    if (found) this.cells.get(found.id).focus();
  }

  // Letters and words of all verdicts, in no need of a pointer, a key or a picture.
  table() {
    const { words, spec } = this, columns = Array.from({ length: spec.columns }, (_, k) => k + 1);
    const head = make('tr', {}, make('td', {}), ...columns.map((k) => make('th', { scope: 'col' }, String(k))));
    const rows = this.rows().map(([row, own]) => make('tr', {}, make('th', { scope: 'row' }, row), ...columns.map((k) => {
      const one = own.find((square) => square.column === k);
      if (!one) return make('td', {}, make('span', { class: 'qu-status' }, words.off));
      return make('td', { class: `pm-${one.verdict}` }, make('span', { 'aria-hidden': 'true' }, spec.verdicts[one.verdict].sign), make('span', { class: 'qu-status' }, this.name(one)));
    })));
    return make('table', { class: 'pm-table' }, make('caption', {}, words.table), make('thead', {}, head), make('tbody', {}, ...rows));
  }

  // ---- the picture

  async take() {
    const pack = await packIn(this.model, this.spec.pack);
    if (!pack || pack.isStale()) return;
    this.pack = pack;
    await this.show();
  }

  async show() {
    if (!this.pack) return;
    const view = this.spec.views.find((one) => one.id === this.view);
    if (await this.board.open(this.pack, view.on, view.alt)) this.root.dataset.shown = view.id;
  }

  // ---- the card

  choose(id) {
    this.at = id;
    const { words, spec } = this, one = this.byId.get(id), verdict = spec.verdicts[one.verdict];
    for (const [key, node] of this.cells) {
      node.tabIndex = key === id ? 0 : -1;
      node.setAttribute('aria-selected', String(key === id));
    }
    this.box.value = id;
    const list = (texts) => make('ul', {}, ...texts.map((text) => make('li', {}, text)));
    this.said.dataset.verdict = one.verdict;
    this.said.dataset.id = id;
    this.said.replaceChildren(
      make('p', { class: 'pm-where' }, make('b', {}, id), ` ${one.where}`),
      make('p', { class: 'pm-verdict' }, this.sign(one.verdict), make('b', {}, verdict.name), make('span', {}, one.verdict === 'never' ? words.refused : `${verdict.means[0].toUpperCase()}${verdict.means.slice(1)}.`)),
      list(one.reasons), make('p', { class: 'pm-near' }, one.pulse), make('p', { class: 'pm-near' }, one.nerve));
    this.ladder.replaceChildren(...(one.also.length ? [make('p', { class: 'qu-group' }, words.also), list(one.also)] : []),
      make('p', { class: 'qu-group', id: `${this.uid}-under` }, fill(words.under, id)), this.rungs(one),
      ...(one.note ? [make('p', { class: 'qu-fine' }, one.note)] : []), make('p', { class: 'qu-fine' }, words.scale));
  }

  rungs(one) {
    const { words, spec: { deepest_mm: deepest } } = this, at = (mm) => `${(100 * Math.min(mm, deepest) / deepest).toFixed(2)}%`;
    const bar = (low, high, mm, kind) => {
      const span = make('span', { class: `pm-bar pm-kind-${kind.replace(/\W+/g, '-')}` });
      Object.assign(span.style, { left: at(low), width: `calc(${at(high)} - ${at(low)} + 2px)` });
      const tick = mm === null ? null : make('span', { class: 'pm-tick' });
      if (tick) tick.style.left = at(mm);
      return make('span', { class: 'pm-track', 'aria-hidden': 'true' }, span, tick);
    };
    const rows = one.met.map((met) => [met.mm, make('li', { class: met.middle ? '' : 'pm-beside' },
      make('span', { class: 'pm-name' }, met.name, met.middle ? '' : make('em', {}, ` (${words.beside})`)),
      make('span', { class: 'pm-mm' }, met.mm || met.high ? fill(words.depth, met.mm, met.low, met.high) : words.surface),
      bar(met.low, met.high, met.mm, met.kind))]);
    if (one.unseen) {
      rows.push([one.unseen.from, make('li', { class: 'pm-unseen' }, make('span', { class: 'pm-name' }, one.unseen.name),
        make('span', { class: 'pm-mm' }, fill(words.from, Math.round(one.unseen.from), Math.round(one.unseen.to))), bar(one.unseen.from, one.unseen.to, null, 'unseen'))]);
    }
    rows.sort((a, b) => a[0] - b[0]);
    return make('ol', { class: 'pm-ladder', 'aria-labelledby': `${this.uid}-under` }, ...rows.map(([, row]) => row));
  }

  refuseOutside() {
    this.said.dataset.verdict = 'never';
    this.said.dataset.id = '';
    this.said.replaceChildren(make('p', { class: 'pm-verdict' }, this.sign('never'), make('b', {}, this.spec.verdicts.never.name), make('span', {}, this.spec.outside)));
    this.ladder.replaceChildren();
    for (const node of this.cells.values()) node.setAttribute('aria-selected', 'false');
  }
}

// ---------------------------------------------------------------- ways in

async function render({ model, el }) {
  const widget = new PalpationMap(model, el, await specOf(model));
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  const model = pageModel(page, { error: '' });
  render({ el, model });
  return model;
}

export default { render };
