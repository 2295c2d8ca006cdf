// What the session plan decides, without a page: obstacles, minutes, before and after, and the file. Comes behind
// controls.js and sheet.js in one ES module (plan.SCRIPTS). `obstacles`, `angleChange` and `scaleChange` take the same
// steps as iliopsoas.course.plan and .measure, with their words (data.says, data.measure_says); a browser test compares.

const EMPTY_PLAN = () => ({
  client: '', level: null, booked: null, steps: [], answers: {}, said: [], agreed: false, changes: [], measures: [],
  readings: {}, aftercare: [], cleared: [], frame: {}, note: '',
});
const PLACES = { right: 'thomas', left: 'thomas', scale: 'scale' }, TIMES = ['before', 'after'];
const PLAN_LIMITS = { client: 40, note: 300, minutes: 600, steps: 8 };

const short = (value) => String(Number(Number(value).toPrecision(6)));
const isMinutes = (value) => typeof value === 'number' && value > 0 && value <= PLAN_LIMITS.minutes;
const isWithin = (value, low, high) => typeof value === 'number' && value >= low && value <= high;

// ---------------------------------------------------------------- what is planned

const spotsOf = (plan) => Object.keys(PLACES).filter((spot) => plan.measures.includes(PLACES[spot]));

const techniqueOf = (data, step) => data.techniques.find((one) => one.id === step.technique);
const workOf = (data, id) => data.works.find((one) => one.id === id);

function titleOf(data, step) {
  const row = techniqueOf(data, step);
  return row.works.length === 1 ? row.name : workOf(data, step.work).name;
}

function planMinutes(data, plan) {
  const frame = data.frame.map(({ id, least }) => plan.frame[id] ?? least);
  return [...frame, ...plan.steps.map((step) => step.minutes)].reduce((sum, one) => sum + one, 0);
}

function planWorks(data, plan) {
  const measured = plan.measures.map((id) => data.measures.find((one) => one.id === id).work);
  const home = plan.aftercare.length ? [data.home_work] : [];
  return [...new Set([...plan.steps.map((step) => step.work), ...measured, ...home].filter(Boolean))];
}

function planDecisions(data, plan) {
  return planWorks(data, plan).map((work) => ({ work, ...decide(data, work, plan.level, plan.answers) }));
}

// Everything that stands in the way of printing, and where it is put right; `isBad` is what is no number or not one that
// can be.
function obstacles(data, plan) {
  const found = new Map(), { says } = data;
  const note = (field, word, ...values) => found.set(`${field}\n${fill(word, ...values)}`, { text: fill(word, ...values), field });
  const bad = (field, ...words) => { note(field, ...words); found.get(`${field}\n${fill(...words)}`).isBad = true; };
  const place = (reason) => `question:${reason.all_of.length ? reason.all_of[0] : reason.id}`;
  const fieldOf = (about, work) => ({ work: `work:${work}`, level: 'level' }[about] ?? `question:${about}`);
  const exercise = (id) => data.exercises.find((one) => one.id === id);
  if (!plan.steps.length) note('steps', says.no_work);
  for (const { work, outcome, reasons, open, about } of planDecisions(data, plan)) {
    const { name } = workOf(data, work);
    if (outcome === 'adapt') {
      for (const one of reasons) if (!plan.changes.includes(one.id)) note(`change:${one.id}`, says.change, name, one.do);
    } else if (outcome !== 'clear') {
      const places = [...reasons.map(place), ...about.map((id) => fieldOf(id, work))];
      note(places[0], says.outcome, name, data.outcomes[outcome].text);
      for (const one of reasons) note(place(one), says.reason, one.ask || one.why, one.do);
      open.forEach((text, k) => note(fieldOf(about[k], work), '{0}', text));
    }
  }
  for (const one of data.consent) if (!plan.said.includes(one.id)) note(`consent:${one.id}`, says.not_said, one.name);
  if (plan.agreed !== true) note('agreed', says.not_agreed);
  for (const { id, name, least } of data.frame) {
    const minutes = plan.frame[id] ?? least;
    if (!isMinutes(minutes)) bad(`frame:${id}`, data.page_says.minutes, name);
    else if (minutes < least) note(`frame:${id}`, says.frame, name, short(minutes), short(least));
  }
  plan.steps.forEach((step, k) => {
    const [low, high] = techniqueOf(data, step).minutes, title = titleOf(data, step);
    if (!isMinutes(step.minutes)) bad(`minutes:${k}`, data.page_says.minutes, title);
    else if (step.minutes < low || step.minutes > high) note(`minutes:${k}`, says.minutes, title, short(step.minutes), short(low), short(high));
    if (plan.steps.slice(0, k).some((one) => one.work === step.work)) note(`step:${k}`, says.twice, title);
  });
  const minutes = planMinutes(data, plan), [low, high] = data.session_min;
  if (!(minutes >= low && minutes <= high) && Number.isFinite(minutes)) note('steps', says.lasts, short(minutes), short(low), short(high));
  if (plan.booked === null) note('booked', says.no_booking);
  else if (!isMinutes(plan.booked)) bad('booked', data.page_says.minutes, data.page_says.booked);
  else if (minutes > plan.booked) note('booked', says.over, short(minutes), short(minutes - plan.booked), short(plan.booked));
  if (!plan.measures.length) note('measures', says.no_measure);
  if (!plan.aftercare.length) note('aftercare', says.no_aftercare);
  if (plan.aftercare.length > data.most_exercises) note('aftercare', says.many, plan.aftercare.length);
  for (const id of plan.aftercare) if (!plan.cleared.includes(id)) note(`cleared:${id}`, says.not_for, exercise(id).name);
  for (const spot of spotsOf(plan)) {
    for (const time of TIMES) {
      const reading = plan.readings[spot]?.[time];
      if (reading != null && !isReading(data, spot, reading)) bad(`reading:${spot}:${time}`, data.page_says[spot === 'scale' ? 'scale' : 'angle']);
    }
  }
  return [...found.values()];
}

// ---------------------------------------------------------------- before and after

function isReading(data, spot, reading) {
  if (spot === 'scale') return isWithin(reading, ...data.scale);
  return typeof reading === 'object' && reading !== null && Object.hasOwn(data.sides, reading.side) && isWithin(reading.degrees, 0, data.most_deg);
}

function readingWords(data, { degrees, side }) {
  return degrees ? fill(data.measure_says.angle, short(degrees), data.sides[side]) : data.measure_says.level;
}

function angleChange(data, before, after) {
  const further = ({ degrees, side }) => (side === 'beyond' ? degrees : -degrees), change = further(after) - further(before);
  const word = Math.abs(change) <= data.error_deg ? 'within' : change > 0 ? 'more' : 'less';
  return fill(data.measure_says[word], short(Math.abs(change)), short(data.error_deg));
}

function scaleChange(data, before, after) {
  const word = before === after ? 'same' : after < before ? 'less' : 'more';
  return fill(data.measure_says[`scale_${word}`], short(Math.abs(after - before)));
}

// What may be said of a change; nothing while one of the two is missing or cannot be.
function changeWords(data, plan, spot) {
  const { before, after } = plan.readings[spot] ?? {};
  if (![before, after].every((one) => one != null && isReading(data, spot, one))) return '';
  return spot === 'scale' ? scaleChange(data, before, after) : angleChange(data, before, after);
}

// ---------------------------------------------------------------- the file, written only when asked for

const dayOf = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0')).join('-');

function planFile(data, plan, day) {
  return `${JSON.stringify({ file: data.file.name, version: data.file.version, read_this_first: data.file.note, saved: day, plan }, null, 1)}\n`;
}

// Reads a saved plan; throws a sentence for whatever is not one, and then nothing is taken over. On another day than it
// was saved, what is asked every time, consent and what was gone through have to be asked again.
function readPlan(data, text, today) {
  const { page_says: says } = data;
  const refuse = (why) => { throw new Error(fill(says.refused, why)); };
  let file;
  try { file = JSON.parse(text); } catch { refuse(says.unreadable); }
  if (file === null || typeof file !== 'object' || file.file !== data.file.name) refuse(says.foreign);
  if (file.version !== data.file.version) refuse(fill(says.version, String(file.version)));
  if (!/^\d{4}-\d\d-\d\d$/.test(file.saved)) refuse(fill(says.field, 'saved'));
  const { plan } = file, empty = EMPTY_PLAN();
  if (plan === null || typeof plan !== 'object' || Array.isArray(plan)) refuse(fill(says.field, 'plan'));
  const ids = (list) => new Set(list.map((one) => one.id));
  const isList = (known) => (value) => Array.isArray(value) && value.every((one) => known.has(one)) && new Set(value).size === value.length;
  const isTable = (known, fits) => (value) => value !== null && typeof value === 'object' && !Array.isArray(value)
    && Object.entries(value).every(([id, one]) => known.has(id) && fits(one, id));
  const isText = (most) => (value) => typeof value === 'string' && value.length <= most;
  const isStep = (one) => one !== null && typeof one === 'object' && ids(data.techniques).has(one.technique)
    && techniqueOf(data, one).works.includes(one.work) && isMinutes(one.minutes);
  const questions = ids([...data.questions, ...data.checks]), exercises = ids(data.exercises);
  const checks = {
    client: isText(PLAN_LIMITS.client), note: isText(PLAN_LIMITS.note), agreed: (value) => typeof value === 'boolean',
    level: (value) => value === null || data.levels.includes(value), booked: (value) => value === null || isMinutes(value),
    steps: (value) => Array.isArray(value) && value.length <= PLAN_LIMITS.steps && value.every(isStep),
    answers: isTable(questions, (said) => ['yes', 'no', 'unsure'].includes(said)),
    said: isList(ids(data.consent)), measures: isList(ids(data.measures)), aftercare: isList(exercises), cleared: isList(exercises),
    changes: isList(ids([...data.questions, ...data.rules])), frame: isTable(ids(data.frame), isMinutes),
    readings: isTable(new Set(Object.keys(PLACES)), (pair, spot) => isTable(new Set(TIMES), (one) => isReading(data, spot, one))(pair)),
  };
  for (const name of Object.keys(empty)) if (!Object.hasOwn(plan, name) || !checks[name](plan[name])) refuse(fill(says.field, name));
  const extra = Object.keys(plan).find((name) => !Object.hasOwn(empty, name));
  if (extra) refuse(fill(says.field, extra));
  if (file.saved === today) return { plan, isOld: false };
  const kept = new Set(data.questions.filter((one) => !data.each_time.includes(one.group)).map((one) => one.id));
  const answers = Object.fromEntries(Object.entries(plan.answers).filter(([id]) => kept.has(id)));
  return { plan: { ...plan, answers, said: [], agreed: false, changes: [], cleared: [] }, isOld: true };
}
