// The stroke trainer. Comes behind picture.js, controls.js, board.js and strokes_judge.js in one ES module
// (strokes.SCRIPTS). Strokes are drawn by pointer or chosen from lists; both are points in millimetres and go through
// judgeRound. A stroke that enters a never-area is told at once, and first.

const STROKE_WORDS = {
  how: 'Draw the three strokes in order, one after the other, lifting in between. Your line is the path of the middle of the hand. Or choose them from the lists; that counts the same.',
  paper: 'Drawing area over the picture', lists: 'Choose the strokes from lists', nth: ['First stroke', 'Second stroke', 'Third stroke'], none: 'not chosen',
  compare: 'Compare', undo: 'Take the last one back', again: 'Try again', show: 'Show the strokes', hide: 'Hide the strokes',
  stop: 'Stop.', entered: 'Stroke {0} goes where no hand goes: {1}. {2}', drawn: 'Stroke {0} of {1}.', full: 'There are {0} strokes already. Compare them, or take one back.',
  nothing: 'No stroke yet. Draw one, or choose one from the lists.', undone: 'Taken back. {0} left.', cleared: 'Empty. Draw stroke 1.',
  right: 'Three strokes, in order, each the way it should run.', hasty: 'In order and the way they should run, but too fast.', wrong: 'Not yet.', order: 'The order is not right: first {0}.', missing: 'Missing: {0}.',
  fits: 'Stroke {0}, {1}: as it should be, at most {2} mm off.', dab: 'Stroke {0} is shorter than a centimetre: a dab, not a stroke.', backwards: 'Stroke {0}, {1}: it runs the wrong way.',
  begins: 'begins {0} mm away', ends: 'ends {0} mm away', strays: 'strays by {0} mm', off: 'Stroke {0}, {1}: it {2}.',
  fast: '{0} seconds for the round: too fast. {1}', fitting: '{0} seconds for the round: that fits. {1}', slow: '{0} seconds for the round: slower than two breaths, and no mistake. {1}',
  untimed: 'How fast was not compared. {0}', pressure: 'How hard cannot be seen here. {0}', allowed: 'Up to {0} mm off counts as right; that is our choice, not a measured limit. Distances are as seen from the front.',
  never: 'Where no stroke goes (hatched)', sources: 'Sources: {0}', waiting: 'The picture is still being drawn. The lists work without it.', sides: ['Client\u2019s right', 'Client\u2019s left'], shown: 'The strokes are shown.', hidden: 'The strokes are hidden.',
};
const STROKE_BLUE = '#0b4f8a', STROKE_RED = '#a3341b';

class StrokeTrainer {
  constructor(model, el, spec) {
    this.model = model;
    this.spec = spec;
    this.words = { ...STROKE_WORDS, ...this.spec.words };
    this.uid = `st${Math.random().toString(36).slice(2, 8)}`;
    this.drawn = []; // { points, times }
    this.by = 'drawn';
    this.isShown = false;
    this.build();
    el.replaceChildren(this.root);
    this.takers = [[`change:${this.spec.pack}`, () => this.take()], ['change:error', () => this.board.fail(model.get('error'))]];
    for (const [event, task] of this.takers) model.on(event, task);
    this.take();
    if (model.get('error')) this.board.fail(model.get('error'));
  }

  close() { for (const [event, task] of this.takers) this.model.off(event, task); }

  say(text) { this.status.textContent = text; }

  // ---- building

  build() {
    const { words, spec, uid } = this, [width, height] = spec.size;
    this.board = new Board({ drawing: words.waiting });
    this.paper = make('canvas', { class: 'st-paper', 'aria-hidden': 'true', width, height });
    this.board.marks.before(this.paper);
    this.board.node.prepend(make('p', { class: 'st-sides' }, ...words.sides.map((side) => make('span', {}, side))));
    this.board.node.append(make('p', { class: 'qu-fine bo-schematic' }, spec.schematic));
    this.picks = words.nth.map((name, k) => {
      const options = [make('option', { value: '' }, words.none), ...spec.choices.map(({ id, text }) => make('option', { value: id }, text))];
      const box = make('select', { id: `${uid}-${k}`, onchange: () => this.choose() }, ...options);
      return { box, node: make('div', { class: 'qu-pick' }, make('label', { for: box.id, class: 'ac-name' }, name), box) };
    });
    this.verdict = make('div', { class: 'st-verdict' });
    this.status = make('p', { class: 'qu-status', role: 'status' });
    this.showButton = button(words.show, () => this.toggle());
    const areas = [...new Map(spec.never.map((one) => [one.id, one])).values()];
    const never = make('div', { class: 'st-never' }, make('p', { class: 'qu-group' }, words.never),
      make('ul', {}, ...areas.map(({ name, why }) => make('li', {}, make('b', {}, `${name}. `), why))));
    this.root = make('div', { class: 'questions strokes', role: 'group', 'aria-label': spec.title, 'data-strokes': uid },
      hideStill(spec.still, `[data-strokes="${uid}"]`), make('p', { class: 'qu-title' }, spec.title),
      make('p', {}, make('b', {}, spec.reaches)), make('p', {}, words.how),
      make('div', { class: 'st-split' }, this.board.node, make('div', { class: 'st-side' },
        make('div', { role: 'group', 'aria-label': words.lists }, ...this.picks.map(({ node }) => node)), never)),
      make('div', { class: 'qu-buttons' }, button(words.compare, () => this.judge(), { class: 'qu-main' }), button(words.undo, () => this.undo()),
        button(words.again, () => this.clear()), this.showButton),
      this.verdict, sourceList(words.sources, spec.sources), this.status);
    guardKeys(this.root);
    this.followPointer();
  }

  async take() {
    const pack = await packIn(this.model, this.spec.pack);
    if (!pack || pack.isStale()) return;
    this.opened = pack;
    await this.look();
    this.root.dataset.ready = 'yes';
  }

  async look() {
    const name = this.isShown ? 'whole' : 'bare';
    if (this.opened) await this.board.open(this.opened, this.spec.layers[name], this.spec.alt[name]);
    this.root.dataset.shows = name;
  }

  async toggle() {
    this.isShown = !this.isShown;
    this.showButton.textContent = this.isShown ? this.words.hide : this.words.show;
    await this.look();
    const list = this.spec.wanted.map(({ text }, k) => `${k + 1}. ${text}`).join(' ');
    this.say(this.isShown ? `${this.words.shown} ${list}` : this.words.hidden);
  }

  // ---- strokes in

  toMm([x, y]) {
    const { mm, origin } = this.spec;
    return [(x - origin[0]) * mm, (origin[1] - y) * mm];
  }

  toPx([x, y]) {
    const { mm, origin } = this.spec;
    return [x / mm + origin[0], origin[1] - y / mm];
  }

  followPointer() {
    let going = null;
    const at = (event) => {
      const box = this.paper.getBoundingClientRect(), scale = this.paper.width / box.width;
      return this.toMm([(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]);
    };
    const add = (event) => {
      going.points.push(at(event));
      going.times.push(event.timeStamp / 1000);
      this.paint(going);
    };
    this.paper.addEventListener('pointerdown', (event) => {
      if (event.button || going) return;
      event.preventDefault();
      if (this.by === 'chosen') this.clear(true);
      if (this.drawn.length >= this.spec.wanted.length) { this.say(fill(this.words.full, this.spec.wanted.length)); return; }
      this.paper.setPointerCapture(event.pointerId);
      going = { points: [], times: [], pointer: event.pointerId };
      this.by = 'drawn';
      add(event);
    });
    this.paper.addEventListener('pointermove', (event) => { if (going?.pointer === event.pointerId) add(event); });
    this.paper.addEventListener('pointerup', (event) => {
      if (going?.pointer !== event.pointerId) return;
      add(event);
      const { points, times } = going;
      going = null;
      this.put({ points, times });
    });
    this.paper.addEventListener('pointercancel', () => { going = null; this.paint(); });
  }

  put(stroke) {
    this.drawn.push(stroke);
    this.forget();
    this.paint();
    this.warn();
  }

  choose() {
    const chosen = this.picks.map(({ box }) => this.spec.choices.find(({ id }) => id === box.value)).filter(Boolean);
    this.drawn = chosen.map(({ points }) => ({ points, times: [] }));
    this.by = 'chosen';
    this.forget();
    this.paint();
    this.warn();
  }

  // Said as soon as it is drawn, before anything is compared.
  warn() {
    const stops = this.stops(this.drawn.map((one) => judgeStroke(one, this.spec.wanted, this.spec.never, this.spec.tolerance)));
    if (stops.length) {
      this.verdict.replaceChildren(make('div', { class: 'qu-result qu-is-wrong' }, make('p', { class: 'qu-verdict' }, this.words.stop), ...stops.map((text) => make('p', {}, text))));
      this.say([this.words.stop, ...stops].join(' '));
    } else this.say(fill(this.words.drawn, this.drawn.length, this.spec.wanted.length));
  }

  stops(verdicts) {
    const named = (id) => this.spec.never.find((one) => one.id === id);
    return verdicts.flatMap(({ entered }, k) => entered.map((id) => {
      const { name, why } = named(id);
      return fill(this.words.entered, k + 1, `${name[0].toLowerCase()}${name.slice(1)}`, why);
    }));
  }

  undo() {
    if (!this.drawn.length) { this.say(this.words.nothing); return; }
    this.drawn.pop();
    const last = this.picks.findLast(({ box }) => box.value);
    if (this.by === 'chosen' && last) last.box.value = '';
    this.forget();
    this.paint();
    this.say(fill(this.words.undone, this.drawn.length));
  }

  clear(isQuiet = false) {
    this.drawn = [];
    this.by = 'drawn';
    for (const { box } of this.picks) box.value = '';
    this.forget();
    this.paint();
    if (!isQuiet) this.say(this.words.cleared);
  }

  // What was said of other strokes does not hold any more.
  forget() {
    if (this.by === 'drawn') for (const { box } of this.picks) box.value = '';
    this.verdict.replaceChildren();
  }

  paint(going = null) {
    const pen = this.paper.getContext('2d');
    pen.clearRect(0, 0, this.paper.width, this.paper.height);
    [...this.drawn, ...(going ? [going] : [])].forEach((stroke, k) => this.paintOne(pen, stroke, k + 1));
    this.root.dataset.drawn = this.drawn.length;
  }

  paintOne(pen, { points }, number) {
    const isBad = this.spec.never.some(({ corners }) => strokeEnters(points, corners));
    const line = points.map((point) => this.toPx(point)), last = line[line.length - 1];
    const trace = () => { pen.beginPath(); line.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y))); pen.stroke(); };
    const colour = isBad ? STROKE_RED : STROKE_BLUE;
    Object.assign(pen, { lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff', lineWidth: 12 });
    trace();
    Object.assign(pen, { strokeStyle: colour, fillStyle: colour, lineWidth: 7 });
    pen.setLineDash(isBad ? [14, 12] : []);
    trace();
    pen.setLineDash([]);
    const from = line.findLast((point) => farApart(point, last) > 18);
    if (from) {
      const a = Math.atan2(last[1] - from[1], last[0] - from[0]), tip = (turn, far) => [last[0] + far * Math.cos(a + turn), last[1] + far * Math.sin(a + turn)];
      pen.beginPath();
      for (const [x, y] of [tip(0, 12), tip(2.5, 24), tip(-2.5, 24)]) pen.lineTo(x, y);
      pen.closePath();
      pen.fill();
    }
    const [x, y] = line[0];
    pen.beginPath();
    pen.arc(x, y, 15, 0, 7);
    pen.fill();
    Object.assign(pen, { fillStyle: '#fff', font: 'bold 20px system-ui, sans-serif', textAlign: 'center', textBaseline: 'middle' });
    pen.fillText(isBad ? '!' : number, x, y + 1);
  }

  // ---- the verdict

  judge() {
    const { words, spec } = this;
    if (!this.drawn.length) {
      this.verdict.replaceChildren(make('p', { class: 'qu-note' }, words.nothing));
      this.say(words.nothing);
      return;
    }
    const found = judgeRound(this.drawn, spec.wanted, spec.never, spec.round_s, spec.tolerance);
    const lines = this.linesOf(found), title = found.right ? (found.pace === 'fast' ? words.hasty : words.right) : found.entered.length ? words.stop : words.wrong;
    this.verdict.replaceChildren(make('div', { class: `qu-result ${found.right ? 'qu-is-right' : 'qu-is-wrong'}` },
      make('p', { class: 'qu-verdict' }, title), ...lines.map((text) => make('p', {}, text)),
      make('p', { class: 'qu-fine' }, fill(words.allowed, spec.tolerance))));
    const n = (this.model.get('result')?.n ?? 0) + 1;
    this.model.set('result', {
      right: found.right, entered: found.entered, in_order: found.in_order, missing: found.missing, pace: found.pace, by: this.by, n,
      strokes: found.strokes.map(({ stroke, right, backwards }) => ({ stroke, right, backwards })),
    });
    this.model.save_changes();
    this.say([title, ...lines].join(' '));
    this.verdict.scrollIntoView({ block: 'nearest' });
  }

  linesOf(found) {
    const { words, spec } = this, nameOf = (id) => spec.wanted.find((one) => one.id === id).name.toLowerCase();
    const lines = this.stops(found.strokes);
    if (found.missing.length) lines.push(fill(words.missing, found.missing.map(nameOf).join('; ')));
    else if (!found.in_order) lines.push(fill(words.order, spec.wanted.map(({ id }) => nameOf(id)).join(', then ')));
    found.strokes.forEach((one, k) => {
      if (one.entered.length) return;
      const name = nameOf(one.stroke), round = (mm) => Math.round(mm), over = (mm) => mm > spec.tolerance;
      if (one.short) { lines.push(fill(words.dab, k + 1)); return; }
      if (one.backwards) { lines.push(fill(words.backwards, k + 1, name)); return; }
      if (one.right) { lines.push(fill(words.fits, k + 1, name, round(Math.max(one.start_mm, one.end_mm, one.off_mm)))); return; }
      const said = [over(one.start_mm) ? fill(words.begins, round(one.start_mm)) : '', over(one.end_mm) ? fill(words.ends, round(one.end_mm)) : ''].filter(Boolean);
      if (!said.length) said.push(fill(words.strays, round(one.off_mm)));
      lines.push(fill(words.off, k + 1, name, said.join(', ')));
    });
    const pace = found.pace && found.strokes.length === spec.wanted.length ? words[found.pace] : null;
    lines.push(pace ? fill(pace, found.seconds.toFixed(1), spec.rules.speed) : fill(words.untimed, spec.rules.speed));
    lines.push(fill(words.pressure, spec.rules.pressure));
    return lines;
  }
}

// ---------------------------------------------------------------- ways in

async function render({ model, el }) {
  const widget = new StrokeTrainer(model, el, await specOf(model));
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  const model = pageModel(page, { result: {}, error: '' });
  render({ el, model });
  return model;
}

export { judgeRound, judgeStroke };
export default { render };
