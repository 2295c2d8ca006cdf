// The step timer. Comes behind controls.js in one ES module (timer.SCRIPTS). Nothing runs before Start is pressed.
// What is left is worked out from the clock whenever it is looked at, never from counted ticks, so that a hidden tab, which
// a browser slows down, loses nothing. No sound, nothing flashes.

const TIMER_WORDS = {
  part: 'Part {0} of {1}', clock: 'with the clock', noClock: 'No clock here. Go on when it is done.', minutes: 'Minutes', minute: '{0} min',
  start: 'Start', pause: 'Pause', on: 'Next part', back: 'Part before', reset: 'From the beginning', stop: 'Stop: hands off',
  started: 'Started: {0} left.', paused: 'Paused at {0}.', over: 'The time is over.', none: 'This part has no clock.', first: 'This is the first part.', last: 'This is the last part.',
  resetDone: 'At the beginning. The clock stands.', stops: 'Stop at once', weak: 'weak', sources: 'Sources: {0}', left: 'Time left', stopped: 'Stopped at {0}.', stoppedHere: 'Stopped.',
  chosen: '{0} minutes. The clock stands.', step: 'Steps',
};
const TICK_MS = 250;

// ---- the clock, as pure functions of a state and of now (milliseconds)

const timerAt = (phases, phase, minutes) => ({ phase, minutes, left: phases[phase].timed ? minutes * 60000 : 0, since: null });
const timerLeft = ({ left, since }, now) => (since === null ? left : Math.max(0, left - Math.max(0, now - since)));
const timerRun = (state, now) => (state.since === null && state.left > 0 ? { ...state, since: now } : state);
const timerPause = (state, now) => ({ ...state, left: timerLeft(state, now), since: null });

// Whether the time is over now; then the next part stands there, with its clock not running.
function timerTick(phases, state, now) {
  if (state.since === null || timerLeft(state, now) > 0) return { state, isOver: false };
  const next = Math.min(state.phase + 1, phases.length - 1);
  const rest = next === state.phase ? { ...state, left: 0, since: null } : timerAt(phases, next, state.minutes);
  return { state: rest, isOver: true };
}

// Minutes and seconds; a second that has begun counts.
function timerText(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

class StepTimer {
  constructor(model, el) {
    this.spec = model.get('spec');
    this.words = { ...TIMER_WORDS, ...this.spec.words };
    this.uid = `ti${Math.random().toString(36).slice(2, 8)}`;
    this.state = timerAt(this.spec.phases, 0, this.spec.minutes[0]);
    this.build();
    el.replaceChildren(this.root);
    this.look = () => this.tick();
    document.addEventListener('visibilitychange', this.look);
    this.show();
  }

  close() {
    clearInterval(this.ticking);
    document.removeEventListener('visibilitychange', this.look);
  }

  say(text) { this.status.textContent = text; }

  get phase() { return this.spec.phases[this.state.phase]; }

  build() {
    const { words, spec, uid } = this;
    const options = spec.minutes.map((n) => ({ id: String(n), name: fill(words.minute, n) }));
    this.choice = radios(words.minutes, options, (id) => this.choose(Number(id)));
    this.choice.show(String(this.state.minutes));
    this.status = make('p', { class: 'qu-status', role: 'status' });
    this.part = make('p', { class: 'ti-part' });
    this.time = make('p', { class: 'ti-time', role: 'timer', 'aria-live': 'off', 'aria-label': words.left });
    this.bar = make('div', { class: 'ti-bar', 'aria-hidden': 'true' }, make('span'));
    this.steps = make('ol', { class: 'ti-steps', 'aria-label': words.step });
    let n = 0;
    spec.phases.forEach(({ steps }, k) => this.steps.append(...steps.map((text) => make('li', { 'data-phase': k, value: ++n }, text))));
    this.runButton = button(words.start, () => this.toggle(), { class: 'qu-main' });
    const controls = make('div', { class: 'qu-buttons' }, this.runButton, button(words.back, () => this.go(-1)), button(words.on, () => this.go(1)),
      button(words.reset, () => this.reset()), button(words.stop, () => this.stop(), { class: 'ti-stop' }));
    this.stops = make('section', { class: 'ti-stops', 'aria-label': words.stops, tabindex: -1 }, make('p', { class: 'qu-group' }, words.stops),
      make('ul', {}, ...spec.stops.map(({ sign, do: act, weak }) => make('li', {}, make('b', {}, `${sign}. `), act, weak ? ` (${words.weak})` : ''))), sourceList(words.sources, spec.stop_sources));
    this.root = make('div', { class: 'questions timer', role: 'group', 'aria-label': spec.title, 'data-timer': uid },
      hideStill(spec.still, `[data-timer="${uid}"]`), make('p', { class: 'qu-title' }, spec.title),
      make('div', { class: 'ti-split' }, this.stops, make('div', { class: 'ti-work' },
        make('div', { class: 'ti-clock' }, this.part, this.time, this.bar, controls),
        toolRow(make('span', { class: 'ac-name', 'aria-hidden': 'true' }, words.minutes), this.choice.node), this.steps,
        make('p', { class: 'qu-fine' }, spec.told), make('p', { class: 'qu-fine' }, spec.reaches), sourceList(words.sources, spec.sources))), this.status);
    guardKeys(this.root);
  }

  // ---- what is done

  toggle() {
    const now = Date.now();
    if (!this.phase.timed) { this.say(this.words.none); return; }
    const isRunning = this.state.since !== null;
    if (!isRunning && timerLeft(this.state, now) === 0) { this.say(this.words.over); return; }
    this.state = isRunning ? timerPause(this.state, now) : timerRun(this.state, now);
    this.say(fill(isRunning ? this.words.paused : this.words.started, timerText(timerLeft(this.state, now))));
    this.tick();
  }

  go(by) {
    const to = this.state.phase + by, { phases } = this.spec;
    if (to < 0 || to >= phases.length) { this.say(to < 0 ? this.words.first : this.words.last); return; }
    this.state = timerAt(phases, to, this.state.minutes);
    this.show();
    this.tell();
  }

  reset() {
    this.state = timerAt(this.spec.phases, 0, this.state.minutes);
    this.show();
    this.say(this.words.resetDone);
  }

  choose(minutes) {
    this.choice.show(String(minutes));
    this.state = timerAt(this.spec.phases, this.state.phase, minutes);
    this.show();
    this.say(fill(this.words.chosen, minutes));
  }

  // The clock stops, and the rules are what is looked at next.
  stop() {
    const now = Date.now(), { words, spec } = this;
    this.state = timerPause(this.state, now);
    this.show();
    const at = this.phase.timed ? fill(words.stopped, timerText(timerLeft(this.state, now))) : words.stoppedHere;
    this.stops.focus();
    this.say(`${at} ${spec.stops[0].do}`);
  }

  // ---- what is seen

  tick() {
    const { state, isOver } = timerTick(this.spec.phases, this.state, Date.now());
    this.state = state;
    this.show();
    if (isOver) this.tell(this.words.over);
  }

  tell(before = '') {
    const where = fill(this.words.part, this.state.phase + 1, this.spec.phases.length);
    this.say([before, `${where}:`, ...this.phase.steps, this.phase.timed ? '' : this.words.noClock].filter(Boolean).join(' '));
  }

  show() {
    const { words, spec, state } = this, left = timerLeft(state, Date.now()), isRunning = state.since !== null, { timed } = this.phase;
    clearInterval(this.ticking);
    if (isRunning) this.ticking = setInterval(() => this.tick(), TICK_MS);
    const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
    put(this.part, `${fill(words.part, state.phase + 1, spec.phases.length)}${timed ? `, ${words.clock}` : ''}`);
    put(this.time, timed ? timerText(left) : words.noClock);
    put(this.runButton, isRunning ? words.pause : words.start);
    this.time.classList.toggle('ti-none', !timed);
    this.runButton.setAttribute('aria-disabled', String(!timed));
    this.bar.hidden = !timed;
    this.bar.firstChild.style.width = `${100 * left / (state.minutes * 60000)}%`;
    for (const item of this.steps.children) {
      if (Number(item.dataset.phase) === state.phase) item.setAttribute('aria-current', 'step'); else item.removeAttribute('aria-current');
    }
    this.root.dataset.running = isRunning ? 'yes' : 'no';
    this.root.dataset.phase = state.phase;
  }
}

// ---------------------------------------------------------------- ways in

function render({ model, el }) {
  const widget = new StepTimer(model, el);
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  return render({ el, model: pageModel(page) });
}

export { timerAt, timerLeft, timerPause, timerRun, timerText, timerTick };
export default { render };
