// How a question is answered: for each kind a field with its node, read() (null while nothing is given), first() to put the
// focus on, and the word that asks for what is `missing`. Comes behind board.js and answers.js in one ES module; `card` is
// the card of questions (questions.js) that asks.

const FIELDS = {
  choice(card, { question, choices }) {
    return optionsField(card, question, choices.map(({ text }) => [text, text]), 'answer', 'qu-ask');
  },
  true_false(card, { question }) {
    return optionsField(card, question, [['True', 'True'], ['False', 'False']], 'answer', 'qu-ask qu-short');
  },
  number(card, question) {
    const more = { inputmode: 'decimal', class: 'qu-number' };
    return typedField(card, question, more, make('span', {}, question.unit), fill(card.words.unit, question.unit), 'typeNumber');
  },
  label(card, question) { return typedField(card, question, { class: 'qu-name' }, null, '', 'typeName'); },
  reveal(card, { question }) {
    const input = make('textarea', { id: `${card.uid}-answer`, rows: 3 });
    const node = make('div', {}, make('label', { class: 'qu-ask', for: input.id }, question), input);
    return { node, read: () => input.value.trim() || null, first: () => input, missing: 'write' };
  },
  order: orderField,
  click: clickField,
};

// A choice of one: native radio buttons under their question.
function optionsField({ uid }, title, pairs, name, style = 'qu-sure') {
  const inputs = pairs.map((_, k) => make('input', { type: 'radio', name: `${uid}-${name}`, value: k }));
  const labels = pairs.map(([, text], k) => make('label', {}, inputs[k], make('span', {}, text)));
  const node = make('fieldset', { class: style }, make('legend', {}, title), ...labels);
  const read = () => { const k = inputs.findIndex((input) => input.checked); return k < 0 ? null : pairs[k][0]; };
  return { node, read, first: () => inputs[0], missing: 'choose' };
}

function typedField({ uid }, { question }, more, behind, hint, missing) {
  const id = `${uid}-answer`, input = make('input', { type: 'text', id, autocomplete: 'off', spellcheck: 'false', ...more });
  if (hint) input.setAttribute('aria-description', hint);
  const node = make('div', { class: 'qu-open' }, make('label', { class: 'qu-ask', for: id }, question), make('p', { class: 'qu-line' }, input, behind));
  return { node, read: () => input.value.trim() || null, first: () => input, missing };
}

function orderField(card, question) {
  const { words } = card, list = make('ol', { class: 'qu-order' });
  const all = () => [...list.children];
  const settle = () => all().forEach((row, k, rows) => {
    row.up.disabled = k === 0;
    row.down.disabled = k === rows.length - 1;
  });
  const move = (row, by) => {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (by < 0) other.before(row); else other.after(row);
    settle();
    const [used, left] = by < 0 ? [row.up, row.down] : [row.down, row.up];
    (used.disabled ? left : used).focus();
    card.say(fill(words.moved, row.text, all().indexOf(row) + 1, list.children.length));
  };
  for (const text of question.mixed) {
    const row = make('li', {}, make('span', {}, text));
    row.text = text;
    row.up = button('↑', () => move(row, -1), { 'aria-label': fill(words.up, text) });
    row.down = button('↓', () => move(row, 1), { 'aria-label': fill(words.down, text) });
    row.append(make('span', { class: 'qu-moves' }, row.up, row.down));
    list.append(row);
  }
  settle();
  const node = make('fieldset', { class: 'qu-ask' }, make('legend', {}, question.question),
    make('p', { class: 'qu-hint' }, words.order), list);
  return { node, read: () => all().map((row) => row.text), first: () => null, missing: '' };
}

// A place on the plate, by pointer or from a list that does not give the names away; or its name in words.
function clickField(card, question) {
  const { words, uid } = card, board = card.boardFor(question, false);
  let chosen = null;
  const list = make('select', { id: `${uid}-place`, class: 'qu-place' }, make('option', { value: '' }, words.noPlace));
  const typed = make('input', { type: 'text', id: `${uid}-answer`, autocomplete: 'off', spellcheck: 'false', class: 'qu-name' });
  const choose = (target, isSpoken) => {
    chosen = target ?? null;
    list.value = target ? board.list.indexOf(target) : '';
    board.mark(target?.parts ?? [], target ? [target] : []);
    if (target) typed.value = ''; // one answer: the place, or the name
    if (isSpoken) card.say(target ? fill(words.chosenPlace, target.text) : words.nothing);
  };
  board.ready = () => {
    list.replaceChildren(list.firstChild, ...board.list.map(({ text }, k) => make('option', { value: k }, text)));
    choose(chosen && board.list.find((one) => one.text === chosen.text), false);
  };
  list.addEventListener('change', () => { choose(board.list[list.value], false); });
  typed.addEventListener('input', () => { if (chosen && typed.value.trim()) choose(null, false); });
  board.canvas.classList.add('bo-live');
  board.canvas.addEventListener('click', (event) => {
    if (board.list) choose(board.targetAt(event, board.list, board.isPoint), true);
  });
  const node = make('div', { class: 'qu-open' }, make('p', { class: 'qu-ask', id: `${uid}-asked` }, question.question),
    make('p', { class: 'qu-pick' }, make('label', { for: list.id }, words.point), list),
    make('details', { class: 'qu-words' }, make('summary', {}, words.byName),
      make('p', { class: 'qu-line' }, make('label', { for: typed.id }, words.name), typed)));
  list.setAttribute('aria-describedby', `${uid}-asked`);
  const read = () => (chosen ? { place: chosen.structure } : typed.value.trim() || null);
  return { node, board, read, first: () => (typed.value.trim() ? typed : list), missing: 'choosePlace' };
}
