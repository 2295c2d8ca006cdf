// A drill: the questions of a card in the order that the schedule chose, until the time is over, all are right, or the
// learner has had enough. Comes behind questions.js in one ES module.

const DRILL_WORDS = {
  left: 'About {0} min left', timeOver: 'The time is over. Stop whenever you like.', planned: '{0} minutes, or as long as you like',
  hide: 'Hide the time', unhide: 'Show the time', stop: 'Stop here', toGo: '{0} answered, {1} still to come', onward: 'Go on',
  drillDone: '{0} of {1} right at the first answer', nothing: 'Nothing answered this time. Nothing is lost.',
  topic: 'Topic', ofTopic: 'Right at the first answer', sureWrong: 'You were sure, and it was not right. These come first next time:',
  missed: 'Not right at first', drillAgain: 'Ask all of these again', stopped: 'Stopped.', urgentAgain: 'You were sure, and it was not right. Once more:', wrongAgain: 'Once more:',
  alone: 'In this page a drill asks and keeps your answers, but plans no next day: that needs Jupyter. Download your progress, load it there with progress(), and drill() asks what is due.',
};
const WAIT = 3; // other answers before a question that was not right comes back
const TIMES = 3; // how often one question is asked in one drill

class Drill extends Questions {
  build() {
    this.words = { ...this.words, ...DRILL_WORDS, ...this.spec.words };
    this.seconds = this.spec.minutes * 60;
    this.isStopped = false;
    super.build();
    const { words } = this;
    this.time = make('span', { class: 'qu-time' }, fill(words.planned, this.spec.minutes));
    const hide = button(words.hide, () => {
      this.time.hidden = !this.time.hidden;
      hide.textContent = this.time.hidden ? words.unhide : words.hide;
    });
    this.stopper = button(words.stop, () => this.stop());
    this.bar = make('div', { class: 'qu-bar' }, make('p', {}, this.time), hide, this.stopper);
    this.steps.after(this.bar);
    if (this.model.isAlone) this.body.after(make('p', { class: 'qu-fine qu-alone' }, words.alone));
    this.startClock();
    this.onMore = () => { if (this.next) this.next.textContent = this.model.get('kept')?.more?.next ?? ''; };
    this.model.on('change:kept', this.onMore);
  }

  // The time runs from the first key or touch, and only while the page is looked at. It informs, and ends nothing.
  startClock() {
    const { words } = this;
    const start = () => {
      if (this.clock) return;
      this.clock = setInterval(() => {
        if (!this.root.isConnected) return;
        if (document.hidden || this.isStopped) return;
        this.seconds -= 1;
        if (this.seconds === 0) this.say(words.timeOver);
        this.time.textContent = this.seconds > 0 ? fill(words.left, Math.ceil(this.seconds / 60)) : words.timeOver;
      }, 1000);
    };
    for (const type of ['keydown', 'pointerdown']) this.root.addEventListener(type, start, { once: true });
  }

  close() {
    clearInterval(this.clock);
    this.model.off('change:kept', this.onMore);
    super.close();
  }

  chunks() { return [[...this.byId.keys()]]; }

  // First what the learner was sure of and got wrong, then what was wrong, each after some others; else what is new.
  nextOf(ids) {
    if (this.isStopped) return undefined;
    const so = this.answers.slice(this.since), open = ids.find((id) => !this.given(id).length);
    const back = ids.filter((id) => {
      const mine = this.given(id), last = mine.at(-1);
      return last && !last.right && mine.length < TIMES && (so.length - 1 - so.lastIndexOf(last) >= WAIT || !open);
    });
    return back.find((id) => this.given(id).at(-1).sure) ?? back[0] ?? open;
  }

  kicker(question, isAgain = false) {
    const node = super.kicker(question, false), { words } = this;
    if (!isAgain) return node;
    const again = this.given(question.id).at(-1)?.sure ? words.urgentAgain : words.wrongAgain;
    return make('div', { class: 'qu-told' }, make('p', { class: 'qu-kicker' }, again), node || null);
  }

  showSteps(id) {
    super.showSteps(id);
    const open = this.round.filter((one) => !this.given(one).length || (!this.given(one).at(-1).right && this.given(one).length < TIMES));
    const first = this.round.filter((one) => this.given(one).length).length;
    this.count.textContent = fill(this.words.toGo, first, open.length);
  }

  stop() {
    this.isStopped = true;
    this.show(true);
  }

  begin(round) {
    this.isStopped = false;
    this.bar.hidden = false;
    super.begin(round);
  }

  outcome() {
    const { words } = this, asked = this.round.filter((id) => this.given(id).length);
    this.isStopped = true;
    this.bar.hidden = true;
    this.count.textContent = '';
    const firsts = new Map(asked.map((id) => [id, this.given(id)[0]]));
    const right = asked.filter((id) => firsts.get(id).right), missed = asked.filter((id) => !firsts.get(id).right);
    const urgent = missed.filter((id) => this.given(id).at(-1).sure && !this.given(id).at(-1).right);
    const title = asked.length ? fill(words.drillDone, right.length, asked.length) : words.nothing;
    this.say(title);
    this.next = make('p', { class: 'qu-next' }, this.model.get('kept')?.more?.next ?? '');
    const list = (name, ids) => (ids.length ? [make('p', { class: 'qu-group' }, name),
      make('ul', { class: 'qu-missed' }, ...ids.map((id) => make('li', {}, this.byId.get(id).question)))] : []);
    const isLeft = this.round.some((id) => !this.given(id).length);
    const main = { class: 'qu-main' };
    return [make('div', { class: 'qu-outcome' }, make('p', { class: 'qu-done' }, title),
      asked.length ? topicTable(words, asked.map((id) => [this.byId.get(id).topic, firsts.get(id).right])) : null,
      ...list(words.sureWrong, urgent), ...list(words.missed, missed.filter((id) => !urgent.includes(id))), this.next),
    make('div', { class: 'qu-buttons' },
      isLeft ? button(words.onward, () => { this.isStopped = false; this.bar.hidden = false; this.show(true); }, main) : null,
      missed.length ? button(fill(words.redo, missed.length), () => this.begin(missed), isLeft ? {} : main) : null,
      isLeft || missed.length ? null : button(words.drillAgain, () => this.begin(this.chunks()[0])))];
  }
}

// How it went, topic by topic, the weakest first: a table of what was right out of what was asked.
function topicTable(words, pairs) {
  const count = (topic) => pairs.filter(([one]) => one === topic).length, right = (topic) => pairs.filter(([one, is]) => one === topic && is).length;
  const topics = [...new Set(pairs.map(([topic]) => topic))].sort((a, b) => right(a) / count(a) - right(b) / count(b));
  const rows = topics.map((topic) => make('tr', {}, make('th', { scope: 'row' }, topic), make('td', {}, `${right(topic)} / ${count(topic)}`)));
  return make('table', { class: 'qu-topics' },
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, words.topic), make('th', { scope: 'col' }, words.ofTopic))),
    make('tbody', {}, ...rows));
}

CARDS.drill = Drill;
