// Whether an answer is right: pure functions, joined with controls.js and questions.js into one ES module.

const PASSED_OVER = new Set(['the', 'a', 'of', 'musculus', 'm', 'os', 'disc', 'disk', 'discus', 'intervertebral']);
const SIDES = new Set(['right', 'left']);
const FORGIVEN = [[9, 2], [5, 1], [0, 0]]; // from so many letters on, so many slips of spelling

// A name as its words: small letters, no accents or marks, "L4/5" as "l4 l5", without words that carry no meaning.
function wordsOf(text) {
  const small = text.toLowerCase().replace(/œ/g, 'oe').replace(/æ/g, 'ae').normalize('NFKD').replace(/[\u0300-\u036f'’]/g, '');
  const whole = small.replace(/\b([tls]) ?(\d+) ?[-–—/] ?(?=\d)/g, '$1$2 $1').replace(/\b([tls]) (?=\d)/g, '$1');
  return whole.split(/[^a-z0-9]+/).filter((word) => word && !PASSED_OVER.has(word));
}

// How many letters have to be put in, left out, changed, or swapped with the next, to make one text of the other.
function slips(one, other) {
  let before = [], last = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i++) {
    const now = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      now[j] = Math.min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (isSwap) now[j] = Math.min(now[j], before[j - 2] + 1);
    }
    [before, last] = [last, now];
  }
  return last[other.length];
}

// Numbers and Roman numerals tell structures apart by one letter, so they are never forgiven.
const numerals = (words) => words.filter((word) => /\d/.test(word) || /^[ivx]+$/.test(word)).join(' ');

function slipsFrom(typed, name) {
  const wanted = wordsOf(name), letters = wanted.join('');
  if (numerals(typed) !== numerals(wanted)) return Infinity;
  const allowed = FORGIVEN.find(([least]) => letters.length >= least)[1], found = slips(typed.join(''), letters);
  return found <= allowed ? found : Infinity;
}

// Which structure is meant: the one whose name is nearest, if no other is as near. Gives {id} or {unclear: true} or {}.
function structureMeant(text, structures) {
  const typed = wordsOf(text), bare = typed.filter((word) => !SIDES.has(word));
  for (const words of bare.length < typed.length ? [typed, bare] : [typed]) {
    const found = Object.entries(structures)
      .map(([id, { names }]) => [Math.min(...names.map((name) => slipsFrom(words, name))), id])
      .filter(([far]) => far < Infinity).sort(([a], [b]) => a - b);
    if (found.length > 1 && found[0][0] === found[1][0]) return { unclear: true };
    if (found.length) return { id: found[0][1] };
  }
  return {};
}

// A number as people type it: comma or point, a unit behind it; null when there is none.
function numberIn(text) {
  const found = /^\s*([-+−]?\d+(?:[.,]\d+)?)[^\d]*$/.exec(text);
  return found && Number(found[1].replace(',', '.').replace('−', '-'));
}

// Gives {right, given, named}, or {missing: key of a word} when there is nothing yet that could be right or wrong.
function judge(question, given, structures) {
  const { kind, solution } = question;
  if (given === null) return { right: false, given };
  if (kind === 'number') {
    const value = numberIn(given);
    if (value === null) return { missing: 'typeNumber' };
    return { right: Math.abs(value - question.value) <= question.tolerance + 1e-9, given: value };
  }
  if (kind === 'label') {
    if (!wordsOf(given).length) return { missing: 'typeName' };
    const { id, unclear } = structureMeant(given, structures);
    if (!id) return { missing: unclear ? 'unclear' : 'unknown' };
    return { right: id === question.structure, given: given.trim(), named: id };
  }
  if (kind === 'click') {
    if (given.place) return { right: question.plate.same.includes(given.place), given: given.place, named: given.place };
    const { id, unclear } = structureMeant(given, structures);
    if (!id) return { missing: unclear ? 'unclear' : 'unknown' };
    return { right: question.plate.same.includes(id), given: id, named: id };
  }
  if (kind === 'order') return { right: given.every((item, k) => item === question.items[k]), given };
  return { right: given === solution, given };
}
