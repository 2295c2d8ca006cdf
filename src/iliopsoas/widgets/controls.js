// Small controls and helpers that know nothing of anatomy. Joined with the files of each widget into one ES module
// (acetates.SCRIPTS, questions.SCRIPTS).

const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, k) => values[k]);
const SIGHT_PX = 8; // what is brought into sight keeps this distance from the edge
const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '');

function make(tag, attributes = {}, ...children) {
  const svg = ['svg', 'line', 'circle'].includes(tag);
  const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

function button(text, press, attributes = {}) {
  return make('button', { type: 'button', onclick: press, ...attributes }, text);
}

// Scroll, as little as needed, until all from one node to another is in sight; what is too tall is shown from its top.
function bringIntoSight(first, last = first) {
  let box = first.parentElement;
  while (box && !(/auto|scroll/.test(getComputedStyle(box).overflowY) && box.scrollHeight > box.clientHeight + 1)) box = box.parentElement;
  const port = box && box !== document.documentElement ? box.getBoundingClientRect() : { top: 0, bottom: window.innerHeight };
  const above = first.getBoundingClientRect().top - SIGHT_PX - port.top, below = last.getBoundingClientRect().bottom + SIGHT_PX - port.bottom;
  const by = above < 0 ? above : Math.max(0, Math.min(above, below));
  (box ?? document.scrollingElement).scrollBy({ top: by, behavior: 'instant' });
}

// Keys stay in a widget, or JupyterLab would take "x" to cut the cell; Ctrl+S still saves and Escape leaves to the cell.
function guardKeys(root) {
  const saves = (event) => (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's';
  for (const type of ['keydown', 'keyup', 'keypress']) {
    root.addEventListener(type, (event) => {
      if (event.key !== 'Escape' && !saves(event)) event.stopPropagation();
    });
  }
  root.addEventListener('keydown', (event) => {
    // JupyterLab leaves the focus in an output when its notebook is in command mode already.
    if (event.key === 'Escape') (root.closest('.jp-Cell') ?? document.activeElement).focus();
  });
  root.addEventListener('contextmenu', (event) => event.stopPropagation());
}

// A style that keeps the still above, for readers without the widget, out of sight exactly as long as the widget, found
// by the selector `mine`, is there; and with it what else of the notebook the widget takes the place of.
function hideStill(id, mine, inText = '') {
  const still = `[data-still="${CSS.escape(id)}"]`;
  const outputs = ['.jp-OutputArea', '.output'].map((area) => `${area}:has(${mine}) > *:has(${still})`);
  const hidden = inText ? [...outputs, `.jp-Notebook:has(${mine}) ${inText}`] : outputs;
  return make('style', {}, `${hidden.join(', ')} { display: none; }`);
}

// What a page without a kernel has in place of a model: values, and packs in base64, come with the page; nothing is sent.
function pageModel({ state, packs = {} }, start = {}) {
  const values = { ...start, ...state };
  for (const [name, base64] of Object.entries(packs)) {
    values[name] = new DataView(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
  }
  const get = (name) => values[name], set = (name, value) => { values[name] = value; };
  return { get, set, save_changes() {}, on() {}, off() {} };
}

// The newest few results of something slow; the one longest out of use goes first.
function recent(limit) {
  const kept = new Map();
  return {
    get(key, build) {
      const value = kept.get(key) ?? build();
      kept.delete(key);
      kept.set(key, value);
      while (kept.size > limit) kept.delete(kept.keys().next().value);
      return value;
    },
    peek: (key) => kept.get(key),
    put(key, value) { kept.delete(key); this.get(key, () => value); },
    drop(start) { for (const key of [...kept.keys()]) if (key.startsWith(start)) kept.delete(key); },
  };
}

// One Tab stop for many items: arrows, Home, End and first letters move, and the last place is kept.
function roving(box, selector, moved = () => {}) {
  const every = () => [...box.querySelectorAll(selector)];
  const settle = (to) => { for (const item of every()) item.tabIndex = item === to ? 0 : -1; };
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  box.addEventListener('keydown', (event) => {
    const all = every().filter((item) => item.getClientRects().length), at = all.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    let to = { Home: all[0], End: all[all.length - 1] }[event.key];
    if (step[event.key]) to = all[(at + step[event.key] + all.length) % all.length];
    if (/^[a-z0-9]$/i.test(event.key)) {
      const begins = (item) => plain(item.dataset.name ?? item.textContent).startsWith(event.key.toLowerCase());
      to = [...all.slice(at + 1), ...all.slice(0, at)].find(begins);
    }
    if (!to) return;
    event.preventDefault();
    settle(to);
    to.focus();
    moved(to);
  });
  box.addEventListener('focusin', (event) => { if (event.target.matches(selector)) settle(event.target); });
  return { settle, first() { if (!every().some((item) => item.tabIndex === 0)) settle(every()[0]); } };
}

// A choice of one, as buttons in a row: a radio group with one Tab stop.
function radios(label, options, choose) {
  const node = make('div', { class: 'ac-radios', role: 'radiogroup', 'aria-label': label });
  for (const { id, name } of options) node.append(button(name, () => choose(id), { role: 'radio', 'data-id': id }));
  const keys = roving(node, '[role=radio]', (item) => choose(item.dataset.id));
  return {
    node,
    show(id) {
      for (const item of node.children) item.setAttribute('aria-checked', String(item.dataset.id === id));
      keys.settle([...node.children].find((item) => item.dataset.id === id));
    },
  };
}

function checkbox(text, change) {
  const input = make('input', { type: 'checkbox', onchange: () => change(input.checked) });
  return { input, node: make('label', {}, input, text) };
}

// A row of tools behind its name.
function toolRow(name, ...tools) {
  return make('div', { class: 'ac-row' }, name, make('div', { class: 'ac-tools' }, ...tools));
}

// A slider over named stops with a step to either side. `spoken` is what a screen reader says of the stop it is at.
function slider(name, stops, words, id, pick) {
  const range = make('input', { type: 'range', id, min: 0, max: stops.length - 1, step: 1 });
  const go = (k) => pick(stops[clamp(k, 0, stops.length - 1)].id);
  const step = (by) => () => go(Number(range.value) + by);
  const less = button('\u2212', step(-1), { 'aria-label': fill(words.less, name) });
  const more = button('+', step(1), { 'aria-label': fill(words.more, name) });
  range.addEventListener('input', step(0));
  return {
    range, less, more, go,
    show(id) {
      const k = Math.max(0, stops.findIndex((stop) => stop.id === id));
      range.value = k;
      range.setAttribute('aria-valuetext', stops[k].spoken ?? stops[k].name);
      // A button that goes dead under the focus would lose it.
      if (document.activeElement === less && k === 0) more.focus();
      if (document.activeElement === more && k === stops.length - 1) less.focus();
      less.disabled = k === 0;
      more.disabled = k === stops.length - 1;
      return stops[k];
    },
  };
}

// A slider over named stops, a field to type a name into, and the names to choose from.
function stopControl(name, stops, words, uid, choose) {
  const { range, less, more, go, show } = slider(name, stops, words, `${uid}-stop`, choose);
  const typed = make('input', { type: 'text', list: `${uid}-stops`, 'aria-label': fill(words.typed, name) });
  const list = make('datalist', { id: `${uid}-stops` }, ...stops.map((stop) => make('option', { value: stop.name })));
  const row = radios(fill(words.choose, name), stops, choose);
  typed.addEventListener('focus', () => typed.select());
  typed.addEventListener('change', () => {
    const wanted = plain(typed.value), names = stops.map((stop) => plain(stop.name));
    const fits = [(name) => name === wanted, (name) => name.startsWith(wanted), (name) => name.includes(wanted)];
    const found = fits.map((fit) => names.findIndex(fit)).find((at) => at >= 0); // "L5" means L5 before L4–L5
    go(wanted && found >= 0 ? found : Number(range.value));
  });
  return {
    node: toolRow(make('label', { for: range.id, class: 'ac-name' }, name),
      make('div', { class: 'ac-slide' }, less, range, more, typed, list), row.node),
    show(id) {
      const stop = show(id);
      typed.value = stop.name;
      row.show(stop.id);
    },
  };
}

// The axis along which a picture has frames: a slider over its stops, a box with their names, and, where there are
// enough of them, a button that goes through them. Nothing moves before it is pressed.
function axisControl({ name, unit, stops }, words, uid, choose) {
  const named = stops.map((stop) => {
    const spoken = unit && /^[-+\u2212]?[\d.,]+$/.test(stop.name) ? `${stop.name} ${unit}` : stop.name;
    return { ...stop, spoken };
  });
  const { range, less, more, go, show } = slider(name, named, words, `${uid}-axis`, choose);
  const options = named.map((stop) => make('option', { value: stop.id }, stop.spoken));
  const box = make('select', { 'aria-label': fill(words.choose, name) }, ...options);
  box.addEventListener('change', () => choose(box.value));
  const play = stops.length >= FEWEST_TO_PLAY ? button(words.play, null, { 'aria-label': fill(words.playing, name) }) : null;
  return {
    node: toolRow(make('label', { for: range.id, class: 'ac-name' }, name),
      make('div', { class: 'ac-slide' }, less, range, more, box, play)),
    play, go, spoken: (id) => named.find((stop) => stop.id === id)?.spoken ?? '',
    at: () => Number(range.value),
    show(id) { box.value = show(id).id; },
  };
}

const FEWEST_TO_PLAY = 4;

// Layers that come off only from the front to the back: one off, one back, all back, and down to any of them. `stops`
// are depths, nothing peeled first, by the name of what lies in front then.
function peelControl(stops, words, uid, toDepth) {
  const { range, less, more, show } = slider(words.depth, stops, words, `${uid}-peel`, (id) => toDepth(Number(id)));
  const options = stops.map((stop) => make('option', { value: stop.id }, stop.name));
  const box = make('select', { id: `${uid}-down` }, ...options);
  box.addEventListener('change', () => toDepth(Number(box.value)));
  range.setAttribute('aria-label', words.depth);
  for (const one of [less, more]) one.removeAttribute('aria-label'); // they say what they do
  const all = button(words.restore, () => toDepth(0));
  return {
    node: make('div', { class: 'ac-peel' },
      make('div', { class: 'ac-slide' }, make('label', { for: box.id }, words.depth), box, range),
      make('div', { class: 'ac-slide' }, more, less, all)),
    show(depth) {
      const [here, next] = stops.slice(depth), before = stops[depth - 1];
      show(here.id);
      box.value = here.id;
      more.textContent = next ? fill(words.peel, here.layer) : words.peeled;
      less.textContent = before ? fill(words.put, before.layer) : words.full;
      if (document.activeElement === all && !depth) more.focus();
      all.disabled = !depth;
    },
  };
}

// Who says so, in short; the whole references unfold.
function sourceList(title, sources) {
  if (!sources?.length) return null;
  const link = ({ text, url }) => (url ? make('a', { href: url, target: '_blank', rel: 'noopener' }, text) : text);
  const lines = sources.map((source) => make('li', {}, link(source)));
  const summary = make('summary', {}, fill(title, sources.map((source) => source.short).join('; ')));
  return make('details', { class: 'ac-sources' }, summary, make('ul', {}, ...lines));
}
