// What the learner answered, as lines of a progress file: the same as iliopsoas.learning.events writes and reads. Comes
// before questions.js in one ES module. With a kernel Python writes the learner's file, and this only gives every answer
// its own id; without one it keeps the answers for the page, and the learner downloads and loads them.

const PROGRESS = { schema: 1, name: 'progress.jsonl', shelf: 'iliopsoas.progress', most: 8.64e15, late: 4000 };
const CRC = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(text) {
  let c = -1;
  for (const byte of new TextEncoder().encode(text)) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
  return ((c ^ -1) >>> 0).toString(16).padStart(8, '0');
}

function sealed(data) {
  const body = JSON.stringify(data).slice(0, -1);
  return `${body}, "sum": "${crc32(body)}"}`;
}

// The object of a line whose sum is right, else null.
function opened(line) {
  const found = /^(.*),\s*"sum":\s*"([0-9a-f]{8})"\}$/s.exec(line);
  if (!found || crc32(found[1]) !== found[2]) return null;
  try { return JSON.parse(`${found[1]}}`); } catch { return null; }
}

// Reads the text of a progress file: events, and how many lines could not be read; `newer` when a later course wrote it.
function readProgress(text) {
  const events = [];
  let heads = 0, faults = 0, newer = false;
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (!line.trim()) continue;
    const data = opened(line);
    if (data?.iliopsoas) { heads += 1; newer ||= !(data.schema <= PROGRESS.schema); }
    else if (typeof data?.event === 'string' && typeof data.order === 'number') events.push({ data, line });
    else faults += 1;
  }
  return { events, faults, newer, isProgress: heads > 0 || events.length > 0 };
}

function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The one store of a page, shared by all cards on it. Where the browser lets a page keep something, it does.
class PageStore {
  constructor() {
    this.events = new Map();
    this.device = randomId();
    this.largest = 0;
    this.followers = new Set();
    this.isKept = false;
  }

  // Keep what is here in the browser, too; two tabs add to each other.
  keepInBrowser() {
    try {
      this.load(localStorage.getItem(PROGRESS.shelf) ?? '');
      this.isKept = true;
      this.save();
    } catch { this.isKept = false; }
  }

  save() {
    if (!this.isKept) return;
    try {
      for (const one of readProgress(localStorage.getItem(PROGRESS.shelf) ?? '').events) this.take(one);
      localStorage.setItem(PROGRESS.shelf, this.text());
    } catch { this.isKept = false; }
  }

  take({ data, line }) {
    const isNew = !this.events.has(data.event);
    if (isNew) this.events.set(data.event, { data, line });
    this.largest = Math.max(this.largest, data.order);
    return isNew;
  }

  // Adds an event of now; its order rises even when the clock goes back.
  add(fields) {
    const now = new Date(), order = Math.min(PROGRESS.most, Math.max(now.getTime(), this.largest + 1));
    const at = `${now.toISOString().slice(0, 19)}Z`;
    const { kind = 'answer', ...more } = fields;
    const data = { event: randomId(), kind, at, order, device: this.device, ...more };
    this.take({ data, line: sealed(data) });
    this.save();
    this.tell();
    return data;
  }

  // Adds what a file holds; says how many were new, or why it was not loaded.
  load(text) {
    const found = readProgress(text);
    if (found.newer) return { refused: 'newer' };
    if (!found.isProgress && text.trim()) return { refused: 'other' };
    const fresh = found.events.filter((one) => this.take(one)).length;
    this.save();
    this.tell();
    return { fresh, known: found.events.length - fresh, faults: found.faults };
  }

  inOrder() {
    return [...this.events.values()].sort((a, b) => a.data.order - b.data.order || (a.data.event < b.data.event ? -1 : 1));
  }

  // The answers of one part, such as a test that was interrupted, as a card of questions keeps them.
  answersOf(part) {
    const counts = {};
    return (part ? this.inOrder() : []).filter(({ data }) => data.part === part).map(({ data }) => {
      const { question: id, given, right, sure, event, at, order, device } = data;
      return { id, given, right, sure, n: (counts[id] = (counts[id] ?? 0) + 1), event, at, order, device, part };
    });
  }

  text() {
    const head = sealed({ iliopsoas: 'progress', schema: PROGRESS.schema, device: this.device });
    return [head, ...this.inOrder().map(({ line }) => line), ''].join('\n');
  }

  tell() { for (const one of this.followers) one(); }
}

function pageStore() { return (globalThis[Symbol.for(PROGRESS.shelf)] ??= new PageStore()); }

function download(text, name = PROGRESS.name) {
  const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// A button that lets the learner choose a file, and gives its text to `take`.
function loadButton(name, take) {
  const input = make('input', { type: 'file', accept: '.jsonl,.json,.txt', hidden: true, 'aria-label': name, tabindex: -1 });
  input.addEventListener('change', async () => {
    if (input.files[0]) take(await input.files[0].text());
    input.value = '';
  });
  return make('span', {}, input, button(name, () => input.click()));
}

// ---------------------------------------------------------------- what a card of questions calls

// Gives an answer what makes it one event for ever: its id, time, order and page.
function stamped({ id, given, right, sure, n }, part = '') {
  const { event, at, order, device } = pageStore().add({ question: id, given, right, sure, part });
  return { id, given, right, sure, n, event, at, order, device, part };
}

// The line under a card that says where the answers are, and helps when they are nowhere but in the page.
function keptLine(card) {
  const { words, model } = card, store = pageStore(), node = make('div', { class: 'qu-fine qu-kept' });
  let timer = 0, shown = '';
  const show = (isLate) => {
    const kept = model.get('kept');
    store.largest = Math.max(store.largest, kept?.largest ?? 0);
    const mine = card.answers.filter((one) => one.event).length;
    const isIn = kept && kept.count >= mine && !kept.problem;
    const text = model.isAlone ? `${store.isKept ? words.keptBrowser : words.keptPage} ${words.checked}`
      : isIn ? `${fill(words.kept, kept.where)} ${words.checked}` : kept?.problem ? kept.problem : isLate ? words.keptNot : '';
    clearTimeout(timer);
    if (!model.isAlone && !isIn && !isLate) timer = setTimeout(() => show(true), PROGRESS.late);
    const notices = kept?.notices ?? [], state = JSON.stringify([text, notices, isIn]);
    if ((!text && shown) || state === shown) return;
    shown = state;
    const said = make('p');
    const isWarning = !model.isAlone && !isIn && text;
    const tools = model.isAlone || isWarning ? [make('span', { class: 'qu-buttons' },
      button(words.download, () => download(store.text())),
      model.isAlone ? loadButton(words.load, (file) => { said.textContent = loadedWords(words, store.load(file)); card.say(said.textContent); }) : null)] : [];
    node.replaceChildren(...notices.map((one) => make('p', { class: 'qu-note' }, one)),
      make('p', isWarning ? { class: 'qu-note' } : {}, text), ...tools, said);
    if (isWarning) card.say(text);
  };
  card.onKept = () => show(false);
  model.on('change:kept', card.onKept);
  show(false);
  return node;
}

function loadedWords(words, { refused, fresh, known, faults }) {
  if (refused) return refused === 'newer' ? words.loadNewer : words.loadOther;
  return fill(fresh === 1 ? words.loadedOne : words.loaded, fresh, known) + (faults ? ` ${fill(words.loadFaults, faults)}` : '');
}

const KEPT_WORDS = {
  kept: 'Your answers are kept in {0}.',
  checked: 'They are checked in this page, so whoever wants to can read the right ones in its source.',
  keptNot: 'Your last answers are in this page, but not in your file: the kernel does not answer. Download them before you close the page, and load them with progress().',
  keptPage: 'Your answers are kept in this page, and gone when it is closed: download them if you want to go on another day.',
  keptBrowser: 'Your answers are kept in this browser. Download them to take them elsewhere.',
  download: 'Download my progress', load: 'Load a progress file',
  loadedOne: '{0} entry was added, {1} you had already.', loaded: '{0} entries were added, {1} you had already.', loadFaults: '{0} lines of that file could not be read.',
  loadNewer: 'This file was not loaded: it was written by a newer version of the course.',
  loadOther: 'This file was not loaded: it holds no progress of this course.',
};
