// How a learner stands: what is due, what went wrong, topic by topic; and the progress file: download, load, delete.
// Comes behind controls.js and progress.js in one ES module (overview.SCRIPTS).

const OVERVIEW_WORDS = {
  file: 'Your file: {0}', tools: 'Your progress file', remove: 'Delete my progress…', removeAsk: 'This removes your progress file for good: {0} entries. Type “delete” to do it.',
  removeDo: 'Delete for good', keep: 'Keep it', removeWord: 'delete', removeNot: 'Nothing was deleted: the word was not “delete”.',
  wait: 'Asking the kernel…', noKernel: 'The kernel does not answer. Run this cell again, then try once more.', downloaded: 'Downloaded as {0}.',
};

class Overview {
  constructor(model, el) {
    this.model = model;
    this.words = { ...KEPT_WORDS, ...OVERVIEW_WORDS };
    this.uid = `ov${Math.random().toString(36).slice(2, 8)}`;
    this.status = make('p', { class: 'qu-note-plain', role: 'status' });
    this.board = make('div', { class: 'ov-board' });
    this.tools = make('div', { class: 'qu-buttons' });
    this.where = make('p', { class: 'qu-fine' });
    this.root = make('div', { class: 'questions', role: 'group', 'aria-label': model.get('spec').title, 'data-questions': this.uid },
      hideStill(model.get('spec').still, `[data-questions="${this.uid}"]`),
      make('p', { class: 'qu-title' }, model.get('spec').title), this.board,
      make('p', { class: 'qu-group' }, this.words.tools), this.where, this.tools, this.status);
    guardKeys(this.root);
    el.replaceChildren(this.root);
    this.follow = () => this.show();
    this.hear = (message) => this.heard(message);
    model.on('change:spec', this.follow);
    model.on('msg:custom', this.hear);
    this.show();
    this.showTools();
  }

  close() {
    clearTimeout(this.waiting);
    this.model.off('change:spec', this.follow);
    this.model.off('msg:custom', this.hear);
  }

  say(text) { this.status.textContent = text; }

  // ---- what is shown comes from Python as plain data

  show() {
    const spec = this.model.get('spec');
    const list = ({ title, lines, isWarning }) => [make('p', { class: 'qu-group' }, title),
      make('ul', { class: isWarning ? 'qu-missed ov-warning' : 'qu-missed' }, ...lines.map((line) => make('li', {}, line)))];
    const table = ({ head, rows }) => make('div', { class: 'ov-table' }, make('table', { class: 'qu-topics' },
      make('thead', {}, make('tr', {}, ...head.map((text) => make('th', { scope: 'col' }, text)))),
      make('tbody', {}, ...rows.map(([first, ...rest]) => make('tr', {}, make('th', { scope: 'row' }, first), ...rest.map((text) => make('td', {}, text)))))));
    this.board.replaceChildren(...spec.notices.map((text) => make('p', { class: 'qu-note' }, text)),
      make('p', { class: 'qu-done' }, spec.headline), ...spec.lines.map((line) => make('p', {}, line)),
      ...spec.lists.filter((one) => one.isWarning).flatMap(list), ...(spec.table.rows.length ? [table(spec.table)] : []),
      ...spec.lists.filter((one) => !one.isWarning).flatMap(list));
    this.where.textContent = fill(this.words.file, spec.where);
  }

  showTools() {
    const { words } = this;
    const remove = button(words.remove, () => this.confirm());
    this.remove = remove;
    this.tools.replaceChildren(
      button(words.download, () => this.ask({ type: 'download' })),
      loadButton(words.load, (text) => this.ask({ type: 'load', text })), remove);
  }

  // Deleting is the learner's own act: the number of entries is named, and a word has to be typed.
  confirm() {
    const { words } = this, id = `${this.uid}-sure`;
    const input = make('input', { type: 'text', id, autocomplete: 'off', class: 'qu-name' });
    const back = () => { this.showTools(); this.remove.focus(); };
    const form = make('form', { onsubmit: (event) => {
      event.preventDefault();
      const isMeant = input.value.trim().toLowerCase() === words.removeWord;
      back();
      if (isMeant) this.ask({ type: 'delete' }); else this.say(words.removeNot);
    } }, make('label', { for: id }, fill(words.removeAsk, this.model.get('spec').count)), input,
    make('div', { class: 'qu-buttons' }, make('button', { type: 'submit' }, words.removeDo), button(words.keep, back, { class: 'qu-main' })));
    this.tools.replaceChildren(form);
    input.focus();
  }

  // ---- the kernel holds the file

  ask(message) {
    this.say(this.words.wait);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.say(this.words.noKernel), PROGRESS.late);
    this.model.send(message);
  }

  heard(message) {
    clearTimeout(this.waiting);
    if (message.type === 'file') download(message.text);
    this.say(message.type === 'file' ? fill(this.words.downloaded, PROGRESS.name) : message.text);
  }
}

function render({ model, el }) {
  const overview = new Overview(model, el);
  return () => overview.close();
}

export default { render };
