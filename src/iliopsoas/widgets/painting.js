// Painting attachments on bare bone. Comes behind picture.js, controls.js and board.js in one ES module
// (painting.SCRIPTS). A notebook loads it through anywidget, a page without a kernel calls mount().
// One mask a view: the pointer paints into it, the list of places fills and empties it, and the score is its overlap
// with the attachment areas of the plate.

const PAINT_WORDS = {
  views: 'View', tool: 'Tool', brush: 'Brush', eraser: 'Eraser', size: 'Size', sizes: ['Small', 'Medium', 'Large'],
  undo: 'Undo', clear: 'Clear', score: 'Score it', again: 'Go on painting', undone: 'Undone.', cleared: 'Everything is cleared.',
  how: 'Paint on the right side of the body. Everything that you can paint can also be chosen in the list.',
  many: 'This muscle needs more than one view: {0}.', on: '{0}: marked.', off: '{0}: no longer marked.',
  nothing: 'Nothing is marked yet.', result: '{0} % overlap. {1} of {2} places found.', perfect: 'Every place, and nothing besides.',
  missed: 'Missed', excess: 'Too much', excessOn: '{0}', paper: 'beside the bones', found: 'Found',
  fine: 'Overlap compares, over all views, what is both painted and true, within {0} mm of each other, with all that is painted and all that is true (Dice coefficient). Found means that half of a place is covered.',
  lit: 'The true places are lit in the picture; your paint lies over them, dark.', sources: 'Sources: {0}',
  right: 'right', left: 'left', waiting: 'The pictures are still being drawn.',
};
const BRUSH_PX = [6, 11, 20];
const PAINT_RGBA = [25, 25, 45, 125];
const COVERED = 0.5; // share of a place that counts as found
const LEAST_EXCESS_PX = 30;
const POINT_RADIUS_PX = 12;

class Painting {
  constructor(model, el, spec) {
    this.model = model;
    this.spec = spec;
    this.words = { ...PAINT_WORDS, ...this.spec.words };
    this.uid = `pa${Math.random().toString(36).slice(2, 8)}`;
    this.views = {};
    for (const view of this.spec.views) this.views[view.id] = { ...view, mask: null };
    this.view = this.spec.views[0].id;
    this.tool = 'brush';
    this.size = '1';
    this.done = []; // strokes: [view, changed places]
    this.isScored = false;
    this.build();
    el.replaceChildren(this.root);
    this.takers = this.spec.views.map(({ id, pack }) => [`change:${pack}`, () => this.take(id)]);
    this.takers.push(['change:error', () => this.board.fail(model.get('error'))]);
    for (const [event, task] of this.takers) model.on(event, task);
    for (const { id } of this.spec.views) this.take(id);
    if (model.get('error')) this.board.fail(model.get('error'));
  }

  close() { for (const [event, task] of this.takers) this.model.off(event, task); }

  say(text) { this.status.textContent = text; }

  // ---- building

  build() {
    const { words, spec, uid } = this;
    this.board = new Board({ drawing: words.waiting });
    this.paper = make('canvas', { class: 'pa-paint', 'aria-hidden': 'true', width: 640, height: 900 });
    this.board.marks.before(this.paper);
    this.board.node.append(make('p', { class: 'qu-fine bo-schematic' }, spec.schematic));
    const named = (list) => list.map((name, k) => ({ id: String(k), name }));
    this.viewRadios = radios(words.views, spec.views, (id) => this.show(id));
    this.toolRadios = radios(words.tool, [{ id: 'brush', name: words.brush }, { id: 'eraser', name: words.eraser }], (id) => { this.tool = id; this.toolRadios.show(id); });
    this.sizeRadios = radios(words.size, named(words.sizes), (id) => { this.size = id; this.sizeRadios.show(id); });
    const name = (text) => make('span', { class: 'ac-name', 'aria-hidden': 'true' }, text);
    this.list = make('div', { class: 'pa-list', role: 'group', 'aria-label': words.how });
    this.score = make('div', { class: 'pa-score' });
    this.status = make('p', { class: 'qu-status', role: 'status' });
    this.scoreButton = button(words.score, () => this.judge(), { class: 'qu-main' });
    const many = spec.views.length > 1 ? fill(words.many, spec.views.map((view) => view.name.toLowerCase()).join(', ')) : '';
    this.root = make('div', { class: 'questions painting', role: 'group', 'aria-label': spec.title, 'data-painting': uid },
      hideStill(spec.still, `[data-painting="${uid}"]`), make('p', { class: 'qu-title' }, spec.title),
      make('div', { class: 'pa-tools' }, spec.views.length > 1 ? toolRow(name(words.views), this.viewRadios.node) : null,
        toolRow(name(words.tool), this.toolRadios.node), toolRow(name(words.size), this.sizeRadios.node)),
      make('div', { class: 'pa-split' }, this.board.node, make('div', { class: 'pa-side' }, make('p', { class: 'qu-fine' }, `${words.how} ${many}`), this.score, this.list)),
      make('div', { class: 'qu-buttons' }, this.scoreButton, button(words.undo, () => this.undo()), button(words.clear, () => this.clear())),
      sourceList(words.sources, spec.sources), this.status);
    this.toolRadios.show(this.tool);
    this.sizeRadios.show(this.size);
    this.viewRadios.show(this.view);
    guardKeys(this.root);
    this.fillList();
    this.followPointer();
  }

  fillList() {
    const groups = new Map();
    for (const place of this.spec.places) {
      if (!groups.has(place.group)) groups.set(place.group, []);
      const check = checkbox(place.text, (isOn) => this.toggle(place, isOn));
      check.input.dataset.place = place.id;
      place.input = check.input;
      groups.get(place.group).push(check.node);
    }
    this.list.replaceChildren(...[...groups].map(([name, rows]) => make('fieldset', {}, make('legend', {}, name), ...rows)));
  }

  // ---- pictures

  async take(id) {
    const view = this.views[id], pack = await packIn(this.model, view.pack);
    if (!pack || pack.isStale()) return;
    view.opened = pack;
    view.base = await baseOf(pack, this.spec.on.filter((layer) => pack.head.layers.some((one) => one.id === layer)));
    view.mask ??= new Uint8Array(view.base.w * view.base.h);
    view.areas = this.areasOf(view);
    for (const place of this.spec.places) this.regionOf(view, place);
    if (id === this.view) await this.show(id);
    this.root.dataset.ready = this.spec.views.every((one) => this.views[one.id].areas) ? 'yes' : 'partly';
  }

  // The areas of the right side that can be seen on the bare bones of a view, by attachment id: lists of pixels.
  areasOf({ base }) {
    const { sheet: { areas, head } } = base, found = {};
    if (!areas) return found;
    forPixels(base, areas, [0, 0, base.w, base.h], (p, q) => {
      const part = head.byNumber[areas.part[q]];
      if (!part || part.side !== 'r' || base.depth[p] > areas.depth[q] + head.eps) return;
      (found[part.id.slice(0, -2)] ??= []).push(p);
    });
    for (const id of Object.keys(found)) if (found[id].length < LEAST_EXCESS_PX) delete found[id];
    return found;
  }

  // The pixels that a place of the list stands for in a view.
  regionOf(view, place) {
    const { base } = view, { w, h } = base;
    let pixels = [];
    if (place.kind === 'area') pixels = view.areas[place.id] ?? [];
    else if (place.kind === 'part') {
      const numbers = new Set(base.sheet.head.parts.filter((part) => !part.parent && part.structure === place.id).map((part) => part.i));
      const all = [];
      base.part.forEach((k, p) => { if (numbers.has(k)) all.push(p); });
      const mean = all.reduce((sum, p) => sum + p % w, 0) / Math.max(all.length, 1);
      pixels = view.id === 'posterior' ? all.filter((p) => p % w > mean) : all.filter((p) => p % w < mean); // its right side
    } else {
      const anchor = anchorsOf(base.sheet.head, new Set(this.spec.on)).find((one) => one.structure === place.id);
      if (anchor) {
        for (let y = max(0, anchor.y - POINT_RADIUS_PX); y <= min(h - 1, anchor.y + POINT_RADIUS_PX); y++) {
          for (let x = max(0, anchor.x - POINT_RADIUS_PX); x <= min(w - 1, anchor.x + POINT_RADIUS_PX); x++) {
            if (Math.hypot(x - anchor.x, y - anchor.y) <= POINT_RADIUS_PX && base.part[y * w + x]) pixels.push(y * w + x);
          }
        }
      }
    }
    (place.regions ??= {})[view.id] = pixels;
  }

  // The view in which a place is at home: where most of it can be seen.
  homeOf(place) {
    const seen = Object.entries(place.regions ?? {}).filter(([, pixels]) => pixels.length);
    return seen.sort((a, b) => b[1].length - a[1].length)[0]?.[0];
  }

  async show(id) {
    this.view = id;
    this.viewRadios.show(id);
    const view = this.views[id];
    if (!view.opened) return;
    await this.board.open(view.opened, this.spec.on, view.alt);
    this.paper.width = view.base.w;
    this.paper.height = view.base.h;
    if (this.isScored) this.lightTruth();
    this.repaint();
  }

  repaint() {
    const { base, mask } = this.views[this.view];
    if (!mask) return;
    const image = new ImageData(base.w, base.h), out = new Uint32Array(image.data.buffer), [r, g, b, a] = PAINT_RGBA;
    const colour = (a << 24 | b << 16 | g << 8 | r) >>> 0;
    mask.forEach((isOn, p) => { if (isOn) out[p] = colour; });
    this.paper.getContext('2d').putImageData(image, 0, 0);
    for (const place of this.spec.places) place.input.checked = this.coverOf(place) >= COVERED;
  }

  coverOf(place) {
    const home = this.homeOf(place), pixels = home ? place.regions[home] : [], { mask } = this.views[home] ?? {};
    return pixels.length ? pixels.reduce((sum, p) => sum + mask[p], 0) / pixels.length : 0;
  }

  // ---- painting

  followPointer() {
    let stroke = null, last = null;
    const at = (event) => {
      const box = this.paper.getBoundingClientRect(), scale = this.paper.width / box.width;
      return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    };
    const dab = (event) => {
      const now = at(event), from = last ?? now, far = Math.hypot(now[0] - from[0], now[1] - from[1]), steps = Math.ceil(far / 3) || 1;
      for (let k = 0; k <= steps; k++) this.dab(stroke, from[0] + (now[0] - from[0]) * k / steps, from[1] + (now[1] - from[1]) * k / steps);
      last = now;
      this.repaint();
    };
    this.paper.addEventListener('pointerdown', (event) => {
      if (!this.views[this.view].mask || event.button) return;
      event.preventDefault();
      this.paper.setPointerCapture(event.pointerId);
      stroke = new Map();
      last = null;
      dab(event);
    });
    this.paper.addEventListener('pointermove', (event) => { if (stroke) dab(event); });
    for (const type of ['pointerup', 'pointercancel']) {
      this.paper.addEventListener(type, () => {
        if (stroke?.size) this.done.push([[this.view, stroke]]);
        stroke = null;
      });
    }
  }

  dab(stroke, x, y) {
    const { base: { w, h } } = this.views[this.view], radius = BRUSH_PX[this.size], value = this.tool === 'brush' ? 1 : 0;
    for (let j = Math.ceil(max(0, y - radius)); j <= min(h - 1, y + radius); j++) {
      for (let i = Math.ceil(max(0, x - radius)); i <= min(w - 1, x + radius); i++) {
        if (Math.hypot(i - x, j - y) <= radius) this.put(stroke, this.view, j * w + i, value);
      }
    }
  }

  put(stroke, view, p, value) {
    const { mask } = this.views[view];
    if (mask[p] === value) return;
    if (!stroke.has(p)) stroke.set(p, mask[p]);
    mask[p] = value;
  }

  toggle(place, isOn) {
    const home = this.homeOf(place);
    if (!home) return;
    const stroke = new Map();
    for (const p of place.regions[home]) this.put(stroke, home, p, isOn ? 1 : 0);
    this.done.push([[home, stroke]]);
    if (home === this.view) this.repaint();
    else this.show(home);
    this.say(fill(isOn ? this.words.on : this.words.off, place.text));
  }

  undo() {
    const last = this.done.pop();
    if (!last) return this.say(this.words.nothing);
    for (const [view, stroke] of last) for (const [p, value] of stroke) this.views[view].mask[p] = value;
    this.repaint();
    this.say(this.words.undone);
  }

  clear() {
    const all = Object.entries(this.views).filter(([, view]) => view.mask).map(([id, view]) => {
      const stroke = new Map();
      view.mask.forEach((isOn, p) => { if (isOn) this.put(stroke, id, p, 0); });
      return [id, stroke];
    });
    this.done.push(all);
    this.isScored = false;
    this.score.replaceChildren();
    this.board.light([]);
    this.repaint();
    this.say(this.words.cleared);
  }

  // ---- the score

  // Pixels within a distance of those that are set.
  static near(mask, w, h, radius) {
    const out = new Uint8Array(mask.length), disc = [];
    for (let j = -Math.ceil(radius); j <= radius; j++) for (let i = -Math.ceil(radius); i <= radius; i++) if (Math.hypot(i, j) <= radius) disc.push([i, j]);
    mask.forEach((isOn, p) => {
      if (!isOn) return;
      const x = p % w, y = (p - x) / w;
      for (const [i, j] of disc) if (x + i >= 0 && x + i < w && y + j >= 0 && y + j < h) out[p + j * w + i] = 1;
    });
    return out;
  }

  measure() {
    const sums = { painted: 0, good: 0, truth: 0, covered: 0 }, excess = new Map(), found = [], missed = [];
    const wanted = this.spec.places.filter((place) => place.wanted);
    for (const [id, view] of Object.entries(this.views)) {
      const { base, mask, mm } = view, { w, h } = base, radius = this.spec.tolerance / mm;
      const truth = new Uint8Array(mask.length), other = new Uint8Array(mask.length);
      for (const place of wanted) for (const p of place.regions[id]) (this.homeOf(place) === id ? truth : other)[p] = 1;
      const nearTruth = Painting.near(truth, w, h, radius), nearOther = Painting.near(other, w, h, radius);
      const nearPaint = Painting.near(mask, w, h, radius);
      mask.forEach((isOn, p) => {
        if (!isOn || (nearOther[p] && !nearTruth[p])) return; // right, but at home in another view
        sums.painted++;
        if (nearTruth[p]) { sums.good++; return; }
        const part = base.sheet.head.byNumber[base.part[p]];
        const key = part ? part.name : this.words.paper;
        excess.set(key, (excess.get(key) ?? 0) + 1);
      });
      truth.forEach((isTrue, p) => { if (isTrue) { sums.truth++; if (nearPaint[p]) sums.covered++; } });
      for (const place of wanted.filter((one) => this.homeOf(one) === id)) {
        const pixels = place.regions[id], share = pixels.reduce((sum, p) => sum + nearPaint[p], 0) / pixels.length;
        (share >= COVERED ? found : missed).push(place);
      }
    }
    const precision = sums.painted ? sums.good / sums.painted : 0, recall = sums.truth ? sums.covered / sums.truth : 0;
    const overlap = precision + recall ? 2 * precision * recall / (precision + recall) : 0;
    const inOrder = (places) => this.spec.places.filter((place) => places.includes(place));
    const over = [...excess].filter(([, n]) => n >= LEAST_EXCESS_PX).sort((a, b) => b[1] - a[1]).map(([name]) => name);
    return { overlap, found: inOrder(found), missed: inOrder(missed), excess: over, painted: sums.painted };
  }

  lightTruth() {
    const { base } = this.views[this.view], ids = new Set(this.spec.places.filter((one) => one.wanted).map((one) => `${one.id}_r`));
    this.board.light(base.sheet.head.parts.filter((part) => ids.has(part.id)).map((part) => part.i));
  }

  judge() {
    const { words } = this;
    if (Object.values(this.views).some((view) => !view.mask)) return this.say(words.waiting);
    const { overlap, found, missed, excess, painted } = this.measure();
    if (!painted) {
      this.score.replaceChildren(make('p', { class: 'qu-note' }, words.nothing));
      return this.say(words.nothing);
    }
    this.isScored = true;
    const named = (place) => `${place.group}: ${place.text}`, percent = Math.round(100 * overlap);
    const line = fill(words.result, percent, found.length, found.length + missed.length);
    const levels = [...new Set(missed.map((place) => place.group))].map((group) => {
      const texts = missed.filter((place) => place.group === group).map((place) => place.text);
      return make('li', {}, make('b', {}, `${group}: `), texts.join(', '));
    });
    const list = (title, texts) => (texts.length ? [make('p', { class: 'qu-group' }, title), make('ul', {}, ...texts.map((one) => (one.nodeType ? one : make('li', {}, one))))] : []);
    const isPerfect = !missed.length && !excess.length;
    this.score.replaceChildren(make('div', { class: `qu-result ${missed.length ? 'qu-is-wrong' : 'qu-is-right'}` },
      make('p', { class: 'qu-verdict', tabindex: -1 }, line), isPerfect ? make('p', {}, words.perfect) : null,
      ...list(words.missed, levels), ...list(words.excess, excess), make('p', { class: 'qu-fine' }, words.lit),
      make('p', { class: 'qu-fine' }, fill(words.fine, this.spec.tolerance))));
    this.lightTruth();
    this.repaint();
    const n = (this.model.get('result')?.n ?? 0) + 1;
    this.model.set('result', { overlap: Math.round(1000 * overlap) / 1000, found: found.length, places: found.length + missed.length,
      missed: missed.map(named), excess, n });
    this.model.save_changes();
    const spoken = [line, missed.length ? `${words.missed}: ${missed.map(named).join('; ')}.` : '', excess.length ? `${words.excess}: ${excess.join('; ')}.` : ''];
    this.say(spoken.filter(Boolean).join(' '));
    const { bottom } = this.board.node.getBoundingClientRect(), isBeside = this.score.getBoundingClientRect().top < bottom;
    bringIntoSight(isBeside ? this.board.node : this.score, this.score); // the true places are lit in the picture
  }
}

// ---------------------------------------------------------------- ways in

async function render({ model, el }) {
  const widget = new Painting(model, el, await specOf(model));
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  const model = pageModel(page, { result: {}, error: '' });
  render({ el, model });
  return model;
}

export default { render };
