// The widget round a plate: views, layers to peel, labels, a list, a card, one control with named stops, and words that
// always say what is shown. Comes behind picture.js and controls.js in one ES module (acetates.SCRIPTS). A notebook
// loads it through anywidget, a page without a kernel calls mount(). The kernel is needed to draw packs, never to look
// at them, and nothing here asks anything of any host.

const WORDS = {
  views: 'View', layers: 'Layers', peel: 'Peel off: {0}', peeled: 'Nothing left to peel', restore: 'Put all back', depth: 'Down to',
  put: 'Put back: {0}', full: 'Nothing is peeled', only: 'Only {0}', depths: '{0}, {1} of {2} peeled off',
  labels: 'Labels', names: 'Labels of the picture', list: 'All structures', other: 'Other', card: 'About {0}',
  close: 'Close', say: 'say {0}', none: 'None', typed: '{0}, by name', less: '{0}: one step back',
  more: '{0}: one step on',
  play: 'Play', pause: 'Pause', playing: '{0}: go through all of it', at: '{0}: {1}.',
  choose: '{0}, choose one', idle: '{0}: none chosen. Choose one to light what belongs to it.', shown: 'Shown now',
  describe: 'Describe this picture', credits: 'Credits', sources: 'Sources: {0}',
  attachments: 'Attachments', does: 'What it does', nerve: 'Nerve supply', synonyms: 'Also called', right: 'right',
  left: 'left', drawing: 'Still drawing: {0}.', failed: 'This picture could not be drawn. {0}',
  off: 'Not visible now: the layer “{0}” is peeled off.', hidden: '{0} peeled off.', back: 'All layers are back.',
  hint: 'Point at a structure, or choose its label or its name in the list, to read about it.',
};
const TOUCH_RADIUS_PX = 12; // a thin part answers within a touch area of 24 px
const NARROW_PX = 640; // below: numbers in the picture and a key under it
const BESIDE_PX = 1100; // from here on card and list stand beside the picture
const LABEL_PX = [11, 15]; // smallest and largest label text; where the smallest does not fit, numbers take over
const DOT_PX = 17; // numbers in the picture keep this distance
const LINE = 1.18; // height of a line of label text, in letter sizes
const PICTURE_PX = 600; // the picture is at least so high, even where that is more than the window holds
const PICTURE_BYTES = 64e6; // finished pictures of other frames, kept for scrubbing
const REST_MS = 120; // after the last step along an axis
const PLAY_MS = 160; // a frame; who asked for less motion gets stills
const STILLS = 5;
const STILL_MS = 1500;
const CONTROLS_PX = 220; // of the window's height, left to the controls

// A part belongs to its structure; an attachment area is a thing of its own, found on the right and on the left.
const kinOf = (part) => (part.parent ? part.id.replace(/_[rl]$/, '') : part.structure);
const sideOf = (id) => /_([rl])$/.exec(id)?.[1] ?? '';
const percent = (length, whole) => `${100 * length / whole}%`;

const keysOf = ({ keys }) => [...new Set(Object.values(keys).flatMap((frames) => Object.values(frames)))];

class Acetates {
  // With its words, and packs by key, opened; null for one that is still to be drawn.
  constructor(model, el, spec, packs) {
    this.model = model;
    this.spec = spec;
    this.words = { ...WORDS, ...this.spec.words };
    this.uid = `ac${Math.random().toString(36).slice(2, 8)}`;
    this.packs = {};
    this.sheets = recent(4); // decoded layers of a view or frame
    this.bases = recent(3); // composed pictures of a view and a set of layers, nothing lit
    this.pictures = null; // finished pictures of frames: pixels only
    this.timers = {};
    this.leave = []; // what close() has to undo
    this.hover = '';
    this.rows = [];
    for (const key of this.keys()) if (packs[key]) this.keepPack(key, packs[key]);
    for (const name of ['view', 'frame', 'stop', 'labels', 'part', 'error']) this[name] = model.get(name) ?? '';
    this.on = new Set(model.get('on'));
    this.first = this.keys().map((key) => this.packOf(key)).find(Boolean).head; // layers and stops: as in every view
    this.layers = this.first.layers;
    this.isSliced = Boolean(this.spec.along); // frames are composed a little at a time
    this.build();
    el.replaceChildren(this.root);
    this.follow();
    this.showView();
    for (const key of this.keys()) { // what came while the first ones were being opened
      if (packs[key] ? packs[key].isStale() : model.get(`pack_${key}`)?.byteLength) this.takePack(key);
    }
  }

  keys() { return keysOf(this.spec); }

  keyOf(view, frame) { return this.spec.keys[view][frame]; }

  async takePack(key) {
    const pack = await packIn(this.model, `pack_${key}`);
    if (!pack || pack.isStale() || this.gone) return;
    this.keepPack(key, pack);
    const wanted = this.keyOf(this.view, this.frame), base = this.packs[wanted]?.head.base;
    if ([wanted, base].includes(key)) this.showView();
    else if (this.axis) this.rest();
  }

  keepPack(key, pack) {
    this.packs[key] = pack;
    this.wide = {}; // of the label columns, by view
    for (const kept of [this.sheets, this.bases, this.pictures]) kept?.drop(key);
  }

  // The pack of a view or frame with all that it needs; null as long as that is being drawn.
  packOf(key) {
    const pack = this.packs[key];
    if (!pack?.head.base || pack.head.byNumber) return pack ?? null;
    const whole = completed(pack, this.packs[pack.head.base]);
    if (whole) this.packs[key] = whole;
    return whole;
  }

  later(name, ms, task) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(task, ms);
  }

  // What comes from the kernel: packs as they are drawn, and values set from Python.
  follow() {
    const listen = (name, task) => {
      this.model.on(name, task);
      this.leave.push(() => this.model.off(name, task));
    };
    for (const key of this.keys()) {
      listen(`change:pack_${key}`, () => this.takePack(key));
    }
    for (const name of ['view', 'frame', 'on', 'stop', 'labels', 'part', 'error']) {
      listen(`change:${name}`, () => this.put(name, this.model.get(name), false));
    }
    listen('change:spec', async () => { // a frame brought cards along
      this.spec = await specOf(model);
      if (this.head) this.fillList();
    });
  }

  // The one place where a value changes, whoever changes it.
  put(name, value, send = true) {
    this[name] = name === 'on' ? new Set(value) : value;
    if (send) {
      this.model.set(name, value);
      // At once: ipywidgets merges what waits for a busy kernel; its late echo overwrites what was not saved yet.
      this.model.save_changes();
    }
    if (name === 'view' || name === 'frame') this.showView();
    else if (name === 'on') this.showLayers();
    else if (name === 'part') this.showCard();
    else if (name === 'error') this.showNote();
    else this.refresh();
    if (this.axis && name !== 'error') this.rest();
  }

  // ---- building

  build() {
    const { words, spec, first, uid } = this;
    const name = (text) => make('span', { class: 'ac-name', 'aria-hidden': 'true' }, text);
    const stops = [{ id: '', name: words.none }, ...first.stops];
    const toStop = (id) => this.put('stop', id);
    this.views = radios(words.views, spec.views, (id) => this.put('view', id));
    this.axis = spec.along ? axisControl(spec.along, words, uid, (id) => { this.stopPlay(); this.put('frame', id); }) : null;
    this.axis?.play?.addEventListener('click', () => (this.playing ? this.stopPlay() : this.play()));
    this.frameFacts = this.axis ? make('div', { class: 'ac-facts' }) : null;
    this.control = first.stops.length ? stopControl(first.control, stops, words, uid, toStop) : null;
    this.fact = this.control ? make('div', { class: 'ac-fact' }) : null;
    this.buildPicture();
    this.card = make('div', { class: 'ac-card', role: 'region' });
    this.list = make('div', { class: 'ac-list' });
    this.all = make('details', { class: 'ac-all' }, make('summary', {}, words.list), this.list);
    this.about = make('div');
    this.status = make('p', { class: 'ac-status', role: 'status' });
    this.root = make('div', { class: 'acetates', role: 'group', 'aria-label': spec.title, 'data-acetates': uid },
      // The picture of the same subject in the text is there for readers who have not run the lesson.
      hideStill(spec.id, `[data-acetates="${uid}"]`, `.jp-MarkdownCell img[src*="figures/${spec.id}/"]`),
      make('p', { class: 'ac-title' }, spec.title),
      this.viewRow = toolRow(name(words.views), this.views.node),
      this.alongRow = this.axis && make('div', { class: 'ac-along' }, this.axis.node, this.frameFacts),
      this.layerRow = toolRow(name(words.layers), this.layerTools()),
      this.control?.node,
      this.fact,
      make('div', { class: 'ac-stage' }, this.sheet, this.note, this.caption),
      this.aside = make('div', { class: 'ac-aside' }, this.card, this.all),
      make('details', { class: 'ac-describe' }, make('summary', {}, words.describe), this.about),
      this.status);
    this.root.classList.toggle('ac-has-axis', Boolean(this.axis));
    this.viewRow.hidden = Boolean(this.axis) && spec.views.length === 1;
    guardKeys(this.root);
    this.pointAndChoose();
    this.labelKeys = roving(this.key, '[data-id]');
    this.listKeys = roving(this.list, '[data-id]');
    this.watchSize();
  }

  buildPicture() {
    this.canvas = make('canvas', { role: 'img', width: this.first.w, height: this.first.h });
    this.context = this.canvas.getContext('2d');
    this.dots = make('div', { class: 'ac-dots', 'aria-hidden': 'true' });
    this.picture = make('div', { class: 'ac-picture' }, this.canvas, this.dots);
    this.leaders = make('svg', { 'aria-hidden': 'true', focusable: 'false' });
    this.key = make('ol', { class: 'ac-labels', 'aria-label': this.words.names });
    this.tag = make('div', { class: 'ac-tag', 'aria-hidden': 'true', hidden: true });
    this.sheet = make('div', { class: 'ac-sheet' }, this.picture, this.leaders, this.key, this.tag);
    this.note = make('p', { class: 'ac-note' });
    this.caption = make('div', { class: 'ac-caption' });
  }

  layerTools() {
    const front = [...this.layers].reverse().filter((layer) => !layer.locked); // as they are peeled: front first
    this.front = front.map((layer) => layer.id);
    this.checks = {};
    this.labelCheck = checkbox(this.words.labels, (checked) => this.put('labels', checked));
    if (this.first.peel === 'in_order' && front.length) return this.depthTools(front);
    for (const { id, name } of front) this.checks[id] = checkbox(name, (checked) => this.toggle([id], checked));
    this.peel = button('', () => this.toggle([this.nextToPeel()], false));
    this.restore = button(this.words.restore, () => this.toggle(this.front, true));
    const boxes = Object.values(this.checks).map((check) => check.node);
    const peeling = front.length ? [this.peel, this.restore] : [];
    const group = { class: 'ac-checks', role: 'group', 'aria-label': this.words.layers };
    return make('div', group, ...boxes, make('span', {}, ...peeling), this.labelCheck.node);
  }

  // Front to back only: how many are peeled off is all there is to choose.
  depthTools(front) {
    const { words } = this, locked = this.layers.filter((layer) => layer.locked).map((layer) => layer.name);
    const names = [...front.map((layer) => layer.name), fill(words.only, locked.join(', '))];
    const stops = names.map((name, k) => ({
      id: String(k), name, layer: name, spoken: fill(words.depths, name, k, front.length),
    }));
    this.depth = peelControl(stops, words, this.uid, (depth) => {
      const before = this.front.length - this.front.filter((id) => this.on.has(id)).length;
      const off = new Set(this.front.slice(0, depth));
      this.put('on', this.layers.map((layer) => layer.id).filter((id) => !off.has(id)));
      if (depth === before) return;
      const said = depth ? fill(words.depths, names[depth], depth, front.length) : words.back;
      this.say(said);
    });
    const group = { class: 'ac-checks', role: 'group', 'aria-label': words.layers };
    return make('div', group, this.depth.node, this.labelCheck.node);
  }

  pointAndChoose() {
    const target = (event) => event.target.closest('[data-id]')?.dataset.id ?? '';
    for (const box of [this.key, this.list]) {
      for (const type of ['pointerover', 'focusin']) box.addEventListener(type, (event) => this.point(target(event)));
      for (const type of ['pointerleave', 'focusout']) box.addEventListener(type, () => this.point(''));
      box.addEventListener('click', (event) => { if (target(event)) this.choose(target(event)); });
    }
    this.canvas.addEventListener('pointermove', (event) => this.point(this.idUnder(event), event));
    this.canvas.addEventListener('pointerleave', () => this.point(''));
    this.canvas.addEventListener('click', (event) => this.choose(this.idUnder(event)));
  }

  watchSize() {
    let last = '';
    const arrange = () => {
      const { width, height } = this.measure(), size = `${width} ${height}`;
      if (size !== last) this.arrange();
      last = size;
    };
    const sizes = new ResizeObserver(arrange);
    sizes.observe(this.root);
    window.addEventListener('resize', arrange);
    this.leave.push(() => sizes.disconnect(), () => window.removeEventListener('resize', arrange));
  }

  // ---- layers

  nextToPeel() { return this.front.find((id) => this.on.has(id)); }

  layer(id) { return this.layers.find((layer) => layer.id === id); }

  toggle(ids, shown) {
    const by = document.activeElement, on = new Set(this.on);
    for (const id of ids) if (shown) on.add(id); else on.delete(id);
    this.put('on', this.layers.map((layer) => layer.id).filter((id) => on.has(id)));
    if (by?.disabled) (shown ? this.peel : this.restore).focus();
    // A checkbox says itself what became of it, the buttons do not.
    const { back, hidden } = this.words;
    if (by?.type !== 'checkbox') this.say(shown ? back : fill(hidden, this.layer(ids[0]).name));
  }

  // ---- names

  idUnder(event) {
    if (!this.base) return '';
    const box = this.canvas.getBoundingClientRect(), scale = this.canvas.width / box.width;
    const x = Math.floor((event.clientX - box.left) * scale), y = Math.floor((event.clientY - box.top) * scale);
    const found = numberNear(this.base, x, y, TOUCH_RADIUS_PX * scale, event.pointerType === 'touch');
    return found ? this.head.byNumber[found].id : '';
  }

  // Whatever has an id here: a part, an area, a label, or the name of a structure or attachment without its side.
  // A part stands for all parts of its structure on its side, a label for what it names; a landmark has no parts.
  entity(id, head = this.head) {
    const { parts, names } = head;
    const part = parts.find((one) => one.id === id), label = part ? null : names.find((one) => one.id === id);
    const kin = part ? kinOf(part) : label?.structure ?? id;
    const side = part?.side ?? (label ? sideOf(id) : '');
    const same = (one) => (label ? label.parts.includes(one.id) : kinOf(one) === kin && (!side || one.side === side));
    const card = this.spec.cards[kin] ?? { name: part?.name ?? label?.text ?? id };
    const { right: r, left: l } = this.words, spoken = { r, l }[side];
    const title = spoken ? `${card.name}, ${spoken}` : card.name;
    return { id, kin, side, card, name: card.name, title, parts: parts.filter(same) };
  }

  isNamedBy(label, { id, kin, parts }) {
    const isLandmark = !label.parts.length && label.structure === kin;
    return isLandmark || label.id === id || parts.some((part) => label.parts.includes(part.id));
  }

  litNumbers(head = this.head, hover = this.hover) {
    const stop = head.stops.find((one) => one.id === this.stop), ids = new Set(stop?.lit);
    const lit = head.parts.filter((part) => ids.has(part.id));
    // A muscle whose card is open would outshine what a level lights under it; pointing at it still does.
    for (const id of [stop ? '' : this.part, hover]) if (id) lit.push(...this.entity(id, head).parts);
    return lit.map((part) => part.i);
  }

  point(id, event = null) {
    this.moveTag(id, event);
    if (id === this.hover || !this.base) return;
    this.hover = id;
    this.refresh();
  }

  moveTag(id, event) {
    this.tag.hidden = !(id && event);
    if (this.tag.hidden) return;
    const box = this.sheet.getBoundingClientRect(), x = event.clientX - box.left;
    this.tag.textContent = this.entity(id).name;
    this.tag.style.translate = x > box.width / 2 ? 'calc(-100% - 14px) -50%' : '18px -50%';
    this.tag.style.left = `${x}px`;
    this.tag.style.top = `${event.clientY - box.top}px`;
  }

  choose(id) {
    this.put('part', id === this.part ? '' : id);
    if (!this.part) return;
    const { title, card } = this.entity(this.part);
    this.say(`${title}. ${card.sentence ?? ''}`, 0);
    // As little as shows who it is: the picture should stay under the pointer.
    (this.card.querySelector('.ac-sentence') ?? this.card).scrollIntoView({ block: 'nearest' });
  }

  say(text, wait = 600) {
    this.later('say', wait, () => { if (this.status.textContent !== text) this.status.textContent = text; });
  }

  // ---- showing

  // Decoding and composing take a moment: until it is done the last picture stays, with its own words; the newest wish
  // wins. A frame whose picture is finished is there at once.
  async showView() {
    const key = this.keyOf(this.view, this.frame), pack = this.packOf(key), wish = this.wish = {};
    this.views.show(this.view);
    this.axis?.show(this.frame);
    this.showNote();
    if (!pack) return;
    const drawn = this.pictures?.peek(this.pictureId(key, pack.head));
    let base = this.isSliced ? this.bases.peek(`${key} ${this.order()}`) : null;
    if (!base && !drawn) {
      const isWanted = () => wish === this.wish && pack === this.packOf(key) && !this.gone;
      const sheet = await this.sheetOf(key);
      if (!isWanted()) return;
      if (this.isSliced) base = await this.composed(key, isWanted, atOnce);
      else base = this.bases.get(`${key} ${this.order()}`, () => composeBase(sheet, new Set(this.order())));
      if (!base) return;
    }
    const isOtherView = this.shownView !== this.view || !this.head, isNamedAnew = this.axis && this.head?.names !== pack.head.names;
    this.head = pack.head;
    this.shown = key;
    this.shownView = this.view;
    if (this.canvas.width !== this.head.w || this.canvas.height !== this.head.h) {
      this.canvas.width = this.head.w;
      this.canvas.height = this.head.h;
    }
    if (isOtherView) this.fillList();
    else if (isNamedAnew) this.later('list', REST_MS, () => { this.fillList(); this.markNames(); }); // not while scrubbing
    this.showLayerTools();
    this.paint(base, drawn);
    if (!this.axis || isOtherView || isNamedAnew) this.showCard();
    this.root.dataset.ink = `${key} ${this.head.draft ? 'draft' : 'full'}`;
  }

  // Layers that were peeled off or put back: at once, as they are decoded already.
  showLayers() {
    this.showLayerTools();
    if (!this.head) return;
    const sheet = this.base?.sheet, order = this.order();
    if (this.axis && !(sheet && this.shown === this.keyOf(this.view, this.frame))) this.showView();
    else this.paint(this.bases.get(`${this.shown} ${order}`, () => composeBase(sheet, new Set(order))));
  }

  showLayerTools() {
    const { words } = this;
    this.on = new Set(this.order());
    if (this.depth) {
      const open = this.front.findIndex((id) => this.on.has(id));
      this.depth.show(open < 0 ? this.front.length : open);
      return;
    }
    const next = this.nextToPeel();
    this.peel.disabled = !next;
    this.peel.textContent = next ? fill(words.peel, this.layer(next).name) : words.peeled;
    this.restore.disabled = this.front.every((id) => this.on.has(id));
    for (const [id, { input }] of Object.entries(this.checks)) input.checked = this.on.has(id);
  }

  // A composed picture, or the finished pixels of one, with its labels and words.
  paint(base, drawn = null) {
    this.base = base;
    this.drawn = base ? null : this.pictureId(this.shown, this.head);
    if (base) light(base, this.litNumbers());
    this.context.putImageData(base ? base.picture : drawn, 0, 0);
    this.placeLabels();
    this.refresh();
    if (this.axis) this.rest();
  }

  // Everything that follows the values within one frame: pixels, marks, words.
  refresh() {
    this.control?.show(this.stop);
    this.labelCheck.input.checked = this.labels;
    this.root.classList.toggle('ac-unlabelled', !this.labels);
    if (!this.head) return;
    if (!this.base && this.drawn && this.drawn !== this.pictureId(this.shown, this.head)) {
      this.showView(); // something else is lit than in the finished pixels
      return;
    }
    const rect = this.base && light(this.base, this.litNumbers());
    if (rect) {
      const [left, top, right, bottom] = rect;
      this.context.putImageData(this.base.picture, 0, 0, left, top, right - left, bottom - top);
    }
    this.canvas.dataset.shown = [this.shown, [...this.on], this.stop, this.part, this.hover].join('|');
    this.markNames();
    this.tell();
  }

  order() { return this.layers.filter((layer) => layer.locked || this.on.has(layer.id)).map((layer) => layer.id); }

  // ---- frames along an axis

  // The decoded layers of a frame; those that it shares with its base are there once.
  async sheetOf(key) {
    const pack = this.packOf(key), base = pack.head.base ? await this.sheetOf(pack.head.base) : null;
    return this.sheets.get(key, () => readSheet(pack, base));
  }

  async composed(key, isWanted, pause) {
    const sheet = await this.sheetOf(key), order = this.order();
    const base = isWanted() ? await inSlices(composing(sheet, new Set(order)), isWanted, pause) : null;
    if (base && pause === atOnce) this.bases.put(`${key} ${order}`, base);
    return base;
  }

  pictureId(key, head) { return [key, this.order(), this.litNumbers(head, '')].join('|'); }

  keepPicture(key, head, base) {
    const { data, width, height } = base.picture;
    this.pictures ??= recent(max(2, Math.floor(PICTURE_BYTES / data.length)));
    this.pictures.put(this.pictureId(key, head), new ImageData(new Uint8ClampedArray(data), width, height));
  }

  rest() {
    this.turn = null; // what was being prepared gives way
    this.later('rest', REST_MS, () => this.prepare());
  }

  // While the reader looks: what pointing at this frame needs, then finished pictures of the others, near ones first.
  async prepare() {
    const turn = this.turn = {}, key = this.keyOf(this.view, this.frame), frames = Object.values(this.spec.keys[this.view]);
    const isWanted = () => turn === this.turn && !this.gone;
    if (key !== this.shown) return;
    if (!this.base) {
      const base = await this.composed(key, isWanted, whenIdle);
      if (!base) return;
      this.base = base;
      this.bases.put(`${key} ${this.order()}`, base);
      this.refresh();
    }
    if (!this.hover) this.keepPicture(key, this.head, this.base);
    const at = frames.indexOf(key), far = (one) => Math.abs(frames.indexOf(one) - at);
    const most = Math.floor(PICTURE_BYTES / this.base.picture.data.length) - 1;
    for (const one of frames.filter((other) => other !== key).sort((a, b) => far(a) - far(b)).slice(0, most)) {
      const pack = this.packOf(one);
      if (!pack || this.pictures?.peek(this.pictureId(one, pack.head))) continue;
      const base = await this.composed(one, isWanted, whenIdle);
      if (!base) return;
      light(base, this.litNumbers(pack.head, ''));
      this.keepPicture(one, pack.head, base);
    }
    this.root.dataset.ready = key;
  }

  // Through the frames to the last one, from the first when it is there already. Who asked for less motion gets stills.
  play() {
    const { axis, spec: { along: { stops } } } = this, last = stops.length - 1;
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const stride = isStill ? Math.ceil(last / (STILLS - 1)) : 1, ms = isStill ? STILL_MS : PLAY_MS;
    const step = () => {
      if (document.hidden) { this.stopPlay(); return; }
      if (this.shown !== this.keyOf(this.view, this.frame)) { this.later('play', ms / 4, step); return; }
      if (axis.at() === last) { this.stopPlay(); return; }
      this.put('frame', stops[min(last, axis.at() + stride)].id);
      this.later('play', ms, step);
    };
    this.playing = true;
    axis.play.textContent = this.words.pause;
    if (axis.at() === last) this.put('frame', stops[0].id);
    this.later('play', axis.at() ? 0 : ms, step);
  }

  stopPlay() {
    if (!this.playing) return;
    this.playing = false;
    clearTimeout(this.timers.play);
    this.axis.play.textContent = this.words.play;
    this.sayFrame();
  }

  sayFrame() {
    if (this.playing) return;
    const { words, spec: { along }, axis, frame, head } = this;
    this.say([fill(words.at, along.name, axis.spoken(frame)), ...head.facts].join(' '));
  }

  // ---- words

  // The same words as Plate.alt_for in Python; a browser test compares them.
  altText() {
    const { alt, stops } = this.head, gone = this.layers.filter((layer) => !this.on.has(layer.id));
    const shown = this.layers.filter((layer) => this.on.has(layer.id)).map((layer) => alt.layers[layer.id]);
    const missing = gone.length ? fill(alt.not_shown, gone.map((layer) => layer.name).join(', ')) : '';
    const stop = stops.find((one) => one.id === this.stop)?.sentence;
    return [alt.view, ...shown, missing, stop].filter(Boolean).join(' ');
  }

  // Everything that is said about the picture, written again only when what is shown has changed.
  tell() {
    const { head, words } = this, alt = this.altText();
    if (this.canvas.getAttribute('aria-label') === alt && this.told === head) return;
    this.told = head;
    this.canvas.setAttribute('aria-label', alt);
    const line = (kind, text) => (text ? [make('p', { class: kind }, text)] : []);
    this.caption.replaceChildren(...line('', this.captionOf(head)), ...line('ac-fine', head.schematic),
      ...[sourceList(words.sources, head.sources)].filter(Boolean), ...line('ac-fine ac-credits', head.credits));
    const titled = (title, text) => (text ? [make('p', {}, make('b', {}, `${title}: `), text)] : []);
    this.about.replaceChildren(...head.describe.map((text) => make('p', {}, text)), ...titled(words.shown, alt),
      ...titled(words.credits, head.credits));
    const stop = head.stops.find((one) => one.id === this.stop), { facts, sources } = this.spec.stops[this.stop] ?? {};
    const small = (facts ?? []).map((fact) => make('p', { class: 'ac-fine' }, fact));
    const sentence = make('p', {}, stop?.sentence ?? fill(words.idle, head.control));
    this.fact?.replaceChildren(make('div', {}, sentence, sourceList(words.sources, sources)), make('div', {}, ...small));
    if (stop) this.say(stop.sentence);
    if (this.frameFacts) this.tellFacts();
    if (this.axis && this.saidFrame && this.saidFrame !== this.shown) this.sayFrame();
    this.saidFrame = this.shown;
  }

  captionOf(head) { return head.caption; }

  // What the frame says in numbers, grey where they are extrapolated; as high as any frame needs, so that the picture
  // stays where it is.
  tellFacts() {
    const heads = [this.head, ...this.keys().map((key) => this.packOf(key)?.head).filter(Boolean)];
    this.mostFacts = max(this.mostFacts ?? 0, ...heads.map((one) => one.facts.length));
    this.frameFacts.style.minHeight = `${1.45 * this.mostFacts}em`;
    this.frameFacts.replaceChildren(...this.head.facts.map((fact, n) => (
      make('p', { class: this.head.grey.includes(n) ? 'ac-grey' : '' }, fact))));
  }

  showNote() {
    const { words, spec, error, view } = this;
    const name = [spec.views.find((one) => one.id === view).name, this.axis?.spoken(this.frame)].filter(Boolean);
    const wait = this.packOf(this.keyOf(view, this.frame)) ? '' : fill(words.drawing, name.join(', '));
    this.note.textContent = error ? fill(words.failed, error) : wait;
  }

  // ---- labels: names in columns beside the picture, or numbers in it and a key under it

  placeLabels() {
    const { head, key } = this, old = new Map(this.rows.map((row) => [row.id, row.item]));
    const peelable = head.layers.filter((layer) => !layer.locked);
    const mask = peelable.reduce((sum, layer, bit) => sum + (this.on.has(layer.id) ? 2 ** bit : 0), 0);
    const focused = key.contains(document.activeElement) ? document.activeElement : null;
    const placed = head.layouts[head.labels[mask]] ?? []; // a draft knows only its first labels
    this.rows = placed.map(([k, x, y, side, slot]) => this.labelRow(head.names[k], x, y, side, slot, old));
    this.rows.sort((a, b) => a.n - b.n);
    this.dots.replaceChildren(...this.rows.map((row) => row.dot));
    this.leaders.replaceChildren(...this.rows.flatMap((row) => row.marks));
    key.replaceChildren(...this.rows.map((row) => row.item));
    if (focused?.isConnected) focused.focus();
    this.labelKeys.first();
    this.arrange();
  }

  labelRow(name, x, y, side, slot, old) {
    const { head } = this, isLeft = side === 'L';
    const press = () => button('', null, { 'data-id': name.id, tabindex: -1, 'aria-pressed': 'false' });
    const item = old.get(name.id) ?? make('li', {}, press());
    item.className = isLeft ? 'ac-left' : 'ac-right';
    item.firstChild.dataset.name = name.text;
    item.firstChild.replaceChildren(make('i', { 'aria-hidden': 'true' }, `${name.n} `), name.text);
    const ends = { x1: isLeft ? -head.label_gap : head.w + head.label_gap, y1: slot, x2: x, y2: y };
    const dark = make('line', ends), halo = make('line', { ...ends, class: 'ac-halo' });
    const marks = [halo, dark, make('circle', { cx: x, cy: y, r: 3 })];
    return { ...name, x, y, slot, isLeft, item, marks, dot: make('span', {}, String(name.n)) };
  }

  // Widest label of either side, over all subsets of layers and all frames, in letter sizes: so the columns never jump.
  columns() {
    const { head, context } = this;
    const view = this.shownView;
    if (this.wide[view]) return this.wide[view];
    context.font = `100px ${getComputedStyle(this.root).fontFamily}`;
    const width = (text) => Math.max(...text.split('\n').map((line) => context.measureText(line).width)) / 100;
    const widths = head.names.map((one) => width(one.text)), wide = { L: 0, R: 0 };
    const frames = this.axis ? Object.values(this.spec.keys[view]).map((key) => this.packOf(key)?.head) : [head];
    for (const one of frames.filter(Boolean)) {
      for (const [k, , , side] of one.layouts.flat()) wide[side] = Math.max(wide[side], widths[k] ?? 0);
    }
    this.wide[view] = wide;
    return wide;
  }

  // Asked of the page once for each of its sizes: the answer costs a layout of all that was just written.
  measure() {
    const { root } = this, width = root.clientWidth, isBeside = width >= BESIDE_PX;
    root.classList.toggle('ac-beside', isBeside);
    root.classList.toggle('ac-narrow', width < NARROW_PX);
    if (width && isBeside !== this.isBeside) this.moveLayers(isBeside);
    this.page = { width, height: window.innerHeight, room: this.sheet.parentNode.clientWidth };
    return this.page;
  }

  arrange() {
    const { width, height, room } = this.page ?? this.measure();
    if (!this.head || !width) return;
    const { root, head: { w, h } } = this, isNarrow = width < NARROW_PX;
    const tallest = clamp(height - CONTROLS_PX, PICTURE_PX, 1.2 * h) / h;
    const named = this.namedSizes(room, tallest), isNumbered = isNarrow || !named;
    const scale = isNumbered ? Math.min(room / w, tallest) : named.scale;
    const { left, right, font } = isNumbered ? { left: 0, right: 0 } : named, full = left + w * scale + right;
    root.classList.toggle('ac-numbered', isNumbered);
    this.sheet.style.width = `${full}px`;
    this.key.style.fontSize = isNumbered ? '' : `${100 * font / full}cqw`; // grows with the sheet, in print too
    this.picture.style.marginLeft = percent(left, full);
    this.picture.style.width = percent(w * scale, full);
    this.leaders.setAttribute('viewBox', [-left / scale, 0, full / scale, h].join(' '));
    const beside = (this.head.label_gap + 4) * scale; // from the picture's edge to the text
    for (const { item, isLeft, slot } of this.rows) {
      item.style.top = isNumbered ? '' : percent(slot, h);
      item.style.right = !isNumbered && isLeft ? percent(full - left + beside, full) : '';
      item.style.left = !isNumbered && !isLeft ? percent(full - right + beside, full) : '';
    }
    this.placeDots(DOT_PX / scale);
  }

  // A number that would lie on another one steps aside.
  placeDots(size) {
    const placed = [];
    for (const { dot, x, y } of this.rows) {
      const near = placed.find((other) => Math.hypot(other.x - x, other.y - y) < size);
      const at = { x: near ? near.x + (x < near.x ? -size : size) : x, y };
      placed.push(at);
      dot.style.left = percent(at.x, this.head.w);
      dot.style.top = percent(at.y, this.head.h);
    }
  }

  // Beside the picture there is room for the layers one under the other, and for the list.
  moveLayers(isBeside) {
    this.isBeside = this.all.open = isBeside;
    if (isBeside) this.aside.prepend(this.layerRow);
    else (this.alongRow ?? this.viewRow).after(this.layerRow);
  }

  // Letters and picture share the width; null where no letters fit the lines that the labels are spaced for.
  namedSizes(room, tallest) {
    const { head } = this, wide = this.columns(), padding = 14, line = head.row + head.row_gap / 2;
    let font = LABEL_PX[1], scale = 1;
    for (let round = 0; round < 6; round++) {
      scale = Math.min((room - (wide.L + wide.R) * font - 2 * padding) / (head.w + 2 * head.label_gap), tallest);
      font = clamp(line * scale / LINE, ...LABEL_PX);
    }
    const beside = padding + head.label_gap * scale;
    if (line * scale < LABEL_PX[0] * LINE) return null;
    return { scale, font, left: wide.L * font + beside, right: wide.R * font + beside };
  }

  markNames() {
    const marked = [this.part, this.hover].filter(Boolean).map((id) => this.entity(id));
    for (const row of this.rows) {
      const isOn = marked.some((one) => this.isNamedBy(row, one));
      for (const node of [row.item.firstChild, row.dot, ...row.marks]) node.classList.toggle('ac-on', isOn);
      row.item.firstChild.setAttribute('aria-pressed', String(row.id === this.part));
    }
    const kin = new Set(marked.map((one) => one.kin)), pinned = this.part && this.entity(this.part).kin;
    for (const item of this.list.querySelectorAll('[data-id]')) {
      item.classList.toggle('ac-on', kin.has(item.dataset.id));
      item.setAttribute('aria-pressed', String(pinned === item.dataset.id));
    }
  }

  // ---- list and card

  // Every structure of the plate under its kind, in the order of the atlas, which is that of the cards.
  fillList() {
    const { head, words, spec } = this, partIds = new Set(head.parts.map((part) => part.id));
    const landmarks = head.names.filter((one) => !partIds.has(one.id)).map((one) => one.structure);
    const here = new Set([...head.parts.map(kinOf), ...landmarks]), groups = {};
    for (const id of new Set([...Object.keys(spec.cards).filter((one) => here.has(one)), ...here])) {
      (groups[spec.cards[id]?.group ?? words.other] ??= []).push(id);
    }
    const press = { tabindex: -1, 'aria-pressed': 'false' };
    const item = (id) => make('li', {}, button(this.entity(id).name, null, { 'data-id': id, ...press }));
    this.list.replaceChildren(...Object.entries(groups).map(([name, ids]) => make('div', {},
      make('p', { class: 'ac-group' }, name), make('ul', { 'aria-label': name }, ...ids.map(item)))));
    this.listKeys.first();
  }

  showCard() {
    const { words, card, part } = this;
    if (!this.head) return;
    card.classList.toggle('ac-open', Boolean(part));
    card.setAttribute('aria-label', part ? fill(words.card, this.entity(part).title) : words.hint);
    card.replaceChildren(...(part ? this.cardOf(this.entity(part)) : [make('p', { class: 'ac-hint' }, words.hint)]));
    this.refresh();
  }

  cardOf({ title, card, parts }) {
    const { words } = this;
    const line = (kind, ...text) => (text.some(Boolean) ? make('p', { class: `ac-${kind}` }, ...text) : null);
    const section = (name, node) => (node ? make('div', {}, make('p', { class: 'ac-group' }, name), node) : null);
    const latin = card.latin ? make('i', { lang: 'la' }, card.latin) : '';
    const gone = parts.length && parts.every((part) => !this.on.has(part.layer));
    const level = ({ level: name, text }) => make('li', {}, name ? make('b', {}, `${name}: `) : null, text);
    const close = () => {
      this.put('part', '');
      this.labelKeys.first();
      (this.key.querySelector('[tabindex="0"]') ?? this.root).focus();
    };
    return [
      button(words.close, close, { class: 'ac-close' }),
      line('word', title),
      line('latin', latin, latin && card.say ? ' · ' : '', card.say ? fill(words.say, card.say) : ''),
      line('gone', gone ? fill(words.off, this.layer(parts[0].layer).name) : null),
      line('sentence', card.sentence),
      section(words.attachments, card.attachments && make('ul', {}, ...card.attachments.map(level))),
      section(words.does, line('does', card.does)),
      section(words.nerve, line('nerve', card.nerve)),
      section(words.synonyms, line('synonyms', card.synonyms?.join(', '))),
      sourceList(words.sources, card.sources),
    ].filter(Boolean);
  }

  close() {
    this.gone = true;
    for (const undo of this.leave) undo();
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
  }
}
