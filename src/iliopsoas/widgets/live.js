// A plate of several inputs: the browser asks, the kernel draws. A draft while something moves, full ink at rest; the
// newest values go out when few requests are unanswered, so nothing piles up. Comes behind acetates.js.

const LIVE_WORDS = {
  poses: 'Poses', state: 'State', copy: 'Copy', copied: 'Copied: {0}', paste: 'Show a state', show: 'Show',
  value: '{0}, value', allowed: '{0} is {1}; allowed are numbers from {2} to {3}', twice: '{0} stands twice',
  form: '“{0}” is not of the form name=number', unknown: 'There is no input “{0}”; there are {1}',
  silent: 'The kernel has not answered yet: it is busy or not running. This is the last picture it drew.',
  kernel: 'This is the last picture that was drawn. Moving it needs a running kernel: open the lesson and run it.',
  facts: 'What the numbers say',
};
const MOST_ASKED = 3; // unanswered requests: enough for a slow line, too few for a backlog
const LIVE_REST_MS = 140;
const SILENT_MS = 4000;

const short = (value) => String(Number(value.toPrecision(12)));

// Slider, a step to either side, and a field to type into. A sign has a word, which may be typed too.
function inputControl(input, words, uid, change, refuse) {
  const { name, label, unit, low, high, step, minus, plus } = input, id = `${uid}-${name}`;
  let value = input.start;
  const range = make('input', { type: 'range', id, min: low, max: high, step });
  const typed = make('input', { type: 'text', inputmode: 'decimal', 'aria-label': fill(words.value, label), autocomplete: 'off' });
  const word = make('span', { class: 'ac-word-of', 'aria-hidden': 'true' });
  const way = (number) => (number > 0 ? plus : number < 0 ? minus : '');
  const said = (number) => `${short(Math.abs(number))}${unit}${way(number) ? ` ${way(number)}` : ''}`;
  const go = (number) => change(name, number);
  const by = (sign) => () => go(clamp(Number((value + sign * step).toPrecision(12)), low, high));
  const less = button('\u2212', by(-1), { 'aria-label': fill(words.less, label) });
  const more = button('+', by(1), { 'aria-label': fill(words.more, label) });
  range.addEventListener('input', () => go(Number(range.value)));
  typed.addEventListener('focus', () => typed.select());
  typed.addEventListener('change', () => {
    const match = /^([-+\u2212]?)(\d+(?:[.,]\d*)?|[.,]\d+)\s*(\D*)$/.exec(typed.value.trim());
    const tail = match?.[3].replace(unit.trim(), '').trim().toLowerCase() ?? '';
    const isBack = Boolean(tail && minus && minus.toLowerCase().startsWith(tail));
    const isWord = !tail || isBack || plus.toLowerCase().startsWith(tail);
    let number = match && isWord ? Number(match[2].replace(',', '.')) : NaN;
    if (match && (['-', '\u2212'].includes(match[1]) || isBack)) number = -number;
    const problem = limitsOf(input, number, typed.value, words);
    typed.setAttribute('aria-invalid', String(Boolean(problem)));
    refuse(problem);
    if (!problem) go(number + 0);
  });
  return {
    node: make('div', { class: 'ac-input' }, make('label', { for: id }, label),
      make('div', { class: 'ac-slide' }, less, range, more, typed, make('span', { 'aria-hidden': 'true' }, unit), word)),
    name,
    show(number) {
      value = number;
      range.value = number;
      range.setAttribute('aria-valuetext', said(number));
      if (typed.getAttribute('aria-invalid') !== 'true' || document.activeElement !== typed) {
        typed.value = short(number);
        typed.setAttribute('aria-invalid', 'false');
      }
      word.textContent = way(number);
      if (document.activeElement === less && number <= low) more.focus();
      if (document.activeElement === more && number >= high) less.focus();
      less.disabled = number <= low;
      more.disabled = number >= high;
    },
  };
}

// Why a value is not allowed, naming field, value and limits; '' when it is.
function limitsOf({ label, low, high, unit, minus, plus }, number, text, words) {
  if (number >= low && number <= high) return '';
  const end = (limit, word) => `${short(limit)}${unit}${word ? ` (${word})` : ''}`;
  const ends = [end(low, low < 0 ? minus : ''), end(high, high > 0 ? plus : '')];
  return fill(words.allowed, label, Number.isNaN(number) ? `“${text}”` : short(number), ...ends);
}

class Live extends Acetates {
  build() {
    const { model, spec, uid } = this;
    this.words = { ...LIVE_WORDS, ...this.words };
    this.values = { ...model.get('answered').values };
    this.shownValues = this.values;
    this.asked = this.got = 0;
    this.hasKernel = Boolean(model.send);
    this.isSliced = true;
    super.build();
    this.viewRow.hidden = spec.views.length === 1;
    this.refusal = make('p', { class: 'ac-refusal', role: 'alert' });
    const refuse = (problem) => { this.refusal.textContent = problem; };
    const change = (name, value) => { refuse(''); this.setValues({ ...this.values, [name]: value }); };
    this.inputs = spec.inputs.map((input) => inputControl(input, this.words, uid, change, refuse));
    this.poseButtons = spec.poses.map(({ name, values }) => ({
      values, node: button(name, () => { refuse(''); this.setValues({ ...values }); }, { 'aria-pressed': 'false' }),
    }));
    this.frameFacts = make('div', { class: 'ac-facts', role: 'region', 'aria-label': this.words.facts });
    this.poses = make('div', { class: 'ac-poses', role: 'group', 'aria-label': this.words.poses },
      ...this.poseButtons.map((pose) => pose.node));
    this.alongRow = make('div', { class: 'ac-along' }, make('div', { class: 'ac-inputs' }, ...this.inputs.map((one) => one.node)),
      this.refusal);
    this.viewRow.after(this.alongRow);
    this.poses.hidden = !this.poseButtons.length;
    this.sheet.after(this.frameFacts, this.poses);
    this.caption.after(this.stateRow());
    this.root.classList.add('ac-has-axis');
    if (!this.hasKernel) {
      for (const box of [this.alongRow, this.poses]) {
        for (const control of box.querySelectorAll('input, button')) control.disabled = true;
      }
      for (const control of this.views.node.children) control.disabled = true;
    }
    this.showValues();
  }

  // What the numbers say stands in its own place; on paper, where there is no such place, the caption has it as well.
  captionOf(head) {
    return head.facts.reduce((rest, fact) => rest.replace(fact, ''), head.caption).replace(/\s+/g, ' ').trim();
  }

  // The numbers stand beside the picture, or at once under it, so that it stays in sight of the sliders.
  moveLayers(isBeside) {
    super.moveLayers(isBeside);
    if (isBeside) this.aside.prepend(this.frameFacts, this.poses);
    else this.sheet.after(this.frameFacts, this.poses);
  }

  // On a narrow screen the picture comes first, then what changes it and what it says, then its layers and names.
  arrange() {
    super.arrange();
    const isNarrow = this.root.classList.contains('ac-narrow');
    if (isNarrow === Boolean(this.isNarrow)) return;
    this.isNarrow = isNarrow;
    if (isNarrow) {
      this.sheet.after(this.alongRow, this.poses, this.frameFacts, this.layerRow, this.key);
    } else {
      this.viewRow.after(this.alongRow);
      this.leaders.after(this.key);
      this.moveLayers(this.isBeside);
    }
  }

  stateRow() {
    const { words } = this;
    this.stateText = make('code', { tabindex: 0, 'aria-label': words.state });
    const copy = button(words.copy, () => this.copyState());
    this.pasted = make('input', { type: 'text', 'aria-label': words.paste, placeholder: words.paste, autocomplete: 'off', spellcheck: 'false' });
    const take = () => this.pasteState(this.pasted.value);
    this.pasted.addEventListener('keydown', (event) => { if (event.key === 'Enter') take(); });
    return make('div', { class: 'ac-state' }, make('p', {}, `${words.state}: `, this.stateText), copy,
      this.hasKernel ? this.pasted : null, this.hasKernel ? button(words.show, take) : null);
  }

  follow() {
    super.follow();
    const { model } = this;
    const listen = (name, task) => {
      model.on(name, task);
      this.leave.push(() => model.off(name, task));
    };
    listen('change:answered', () => { this.got = Math.max(this.got, model.get('answered').ask); this.heard(); });
    listen('change:values', () => this.setValues(model.get('values'), false));
    listen('msg:custom', (content, buffers) => this.answer(content, buffers));
    if (this.stateOf(model.get('values')) !== this.stateOf(this.values)) this.setValues(model.get('values'), false);
  }

  // A picture in full ink is not taken when newer values have been asked for meanwhile.
  keepPack(key, pack) {
    if (this.asked && this.model.get('answered').ask < this.asked) return;
    super.keepPack(key, pack);
    this.isDraft = false;
    this.shownValues = { ...this.model.get('answered').values };
  }

  put(name, value, send = true) {
    if (name !== 'view') { super.put(name, value, send); return; }
    if (value === this.view) return;
    this.view = value;
    this.views.show(value);
    if (send) { this.model.set(name, value); this.model.save_changes(); }
    this.ask();
  }

  setValues(values, send = true) {
    if (this.stateOf(values) === this.stateOf(this.values)) { this.showValues(); return; }
    this.values = { ...values };
    this.showValues();
    this.isSent = !send;
    this.ask();
  }

  showValues() {
    for (const input of this.inputs) input.show(this.values[input.name]);
    const now = this.stateOf(this.values);
    for (const { node, values } of this.poseButtons) node.setAttribute('aria-pressed', String(this.stateOf(values) === now));
    this.stateText.textContent = this.stateOf(this.shownValues);
  }

  // ---- asking and being answered

  ask() {
    if (!this.hasKernel) return;
    this.request(false);
    this.later('still', LIVE_REST_MS, () => {
      if (!this.isSent) { this.model.set('values', { ...this.values }); this.model.save_changes(); }
      this.isSent = true;
      this.request(true);
    });
  }

  request(isRest) {
    this.waiting = this.asked - this.got >= MOST_ASKED ? { isRest } : null;
    if (this.waiting) return;
    const { values, view } = this;
    this.asked += 1;
    const tell = () => {
      this.note.textContent = this.words.silent;
      this.got = this.asked; // whoever answers next is heard
    };
    this.later('silent', SILENT_MS, tell);
    // Where JupyterLab knows already that the kernel has ended, there is nothing to send by.
    try { this.model.send({ ask: this.asked, values, view, on: this.order(), rest: isRest }); } catch { tell(); }
  }

  heard() {
    if (this.asked === this.got) clearTimeout(this.timers.silent);
    if (this.note.textContent === this.words.silent) this.showNote();
    if (this.waiting) this.request(this.waiting.isRest);
  }

  async answer({ ask, refused, values } = {}, buffers = []) {
    if (!ask || ask < this.got || (ask === this.got && this.asked !== ask)) return;
    this.got = ask;
    this.heard();
    if (refused) { this.refusal.textContent = refused; return; }
    const { head, slice } = await openPack(buffers[0]);
    const bitmap = await createImageBitmap(new Blob([slice(head.image)], { type: 'image/png' }));
    if (ask === this.got && !this.gone && this.head) this.paintDraft(head, bitmap, values);
    bitmap.close();
  }

  // Pixels, words and numbers of one answer. Names keep their places, their leaders follow.
  paintDraft(head, bitmap, values) {
    const isOtherView = this.head.view !== head.view;
    this.wish = {}; // a picture in full ink that is being put together is out of date
    this.isDraft = true;
    this.base = this.drawn = null;
    this.hover = '';
    this.head = { ...this.head, ...head };
    this.shownValues = values;
    if (this.canvas.width !== head.w || this.canvas.height !== head.h) {
      this.canvas.width = head.w;
      this.canvas.height = head.h;
    }
    this.context.clearRect(0, 0, head.w, head.h);
    this.context.drawImage(bitmap, 0, 0);
    if (isOtherView) this.rows = [];
    if (isOtherView) for (const box of [this.dots, this.leaders, this.key]) box.replaceChildren();
    for (const row of this.rows) {
      const at = head.anchors[row.id];
      for (const node of [row.item, row.dot, ...row.marks]) node.toggleAttribute('hidden', !at);
      for (const mark of row.marks) mark.style.display = at ? '' : 'none';
      if (!at) continue;
      [row.x, row.y] = at;
      for (const mark of row.marks) {
        const ends = mark.tagName === 'circle' ? { cx: row.x, cy: row.y } : { x2: row.x, y2: row.y };
        for (const [name, value] of Object.entries(ends)) mark.setAttribute(name, value);
      }
    }
    this.shownView = this.view;
    this.arrange();
    this.tell();
    this.showValues();
    this.root.dataset.ink = `live draft ${head.view} ${this.stateOf(values)}`;
  }

  async showView() {
    if (this.isDraft) return; // nothing newer in full ink yet
    await super.showView();
    if (this.isDraft || !this.head) return;
    if (this.listed !== this.head.view) this.fillList();
    this.listed = this.head.view;
    this.showValues();
    this.root.dataset.ink = `live full ${this.head.view} ${this.stateOf(this.shownValues)}`;
    if (this.asked) this.say(this.head.facts.slice(0, 3).join(' '));
  }

  showLayers() {
    if (!this.isDraft) { super.showLayers(); return; }
    this.showLayerTools();
    this.ask();
  }

  refresh() {
    super.refresh();
    for (const { item } of this.rows) if (!this.isDraft) item.removeAttribute('hidden');
  }

  showNote() {
    super.showNote();
    if (!this.hasKernel) this.note.textContent = this.words.kernel;
  }

  // ---- the state as text

  stateOf(values) {
    const said = this.spec.inputs.filter(({ name, start }) => values[name] !== start)
      .map(({ name }) => `${name}=${short(values[name])}`);
    return said.join(' ') || this.spec.start_word;
  }

  async copyState() {
    const text = this.stateText.textContent;
    try {
      await navigator.clipboard.writeText(text);
      this.say(fill(this.words.copied, text), 0);
    } catch { // not allowed here: marked, so that Ctrl+C takes it
      getSelection().selectAllChildren(this.stateText);
    }
  }

  // What a line of text says, checked; its first fault is said, and then nothing changes.
  pasteState(text) {
    const { inputs, start_word: atStart } = this.spec, { words } = this;
    const values = Object.fromEntries(inputs.map(({ name, start }) => [name, start])), seen = new Set();
    let problem = '';
    for (const part of text.trim() === atStart ? [] : text.trim().split(/\s+/)) {
      const [, name, number] = /^(\w+)=([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$/.exec(part) ?? [];
      const input = inputs.find((one) => one.name === name);
      if (!name) problem ||= fill(words.form, part);
      else if (!input) problem ||= fill(words.unknown, name, inputs.map((one) => one.name).join(', '));
      else problem ||= seen.has(name) ? fill(words.twice, name) : limitsOf(input, Number(number), number, words);
      seen.add(name);
      values[name] = Number(number);
    }
    this.pasted.setAttribute('aria-invalid', String(Boolean(problem)));
    this.refusal.textContent = problem;
    if (!problem) this.setValues(values);
  }
}
