// How strokes that a learner draws compare with those of the plate: pure functions, step for step as
// iliopsoas.learning.strokes; a browser test gives both the same strokes. Points are [x, y] in millimetres as seen on the
// plate, x to the viewer's right, y up; times are seconds.

const LEAST_STROKE_MM = 10, STROKE_SAMPLES = 41;

const farApart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
const lineLength = (line) => line.slice(1).reduce((sum, point, k) => sum + farApart(point, line[k]), 0);
const turnOf = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

// Whether two pieces of line meet, touching included where they are not parallel.
function linesCross(a, b, c, d) {
  const one = turnOf(a, b, c), other = turnOf(a, b, d);
  return one * other <= 0 && Math.abs(one - other) > 0 && turnOf(c, d, a) * turnOf(c, d, b) <= 0;
}

// Whether a polygon holds a point (ray to the right, edges counted half open).
function polygonHolds(corners, [x, y]) {
  let inside = false;
  corners.forEach(([ax, ay], k) => {
    const [bx, by] = corners[(k + 1) % corners.length];
    if ((ay > y) !== (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)) inside = !inside;
  });
  return inside;
}

function strokeEnters(line, corners) {
  if (line.some((point) => polygonHolds(corners, point))) return true;
  const next = (k) => corners[(k + 1) % corners.length];
  return line.slice(1).some((point, k) => corners.some((corner, j) => linesCross(line[k], point, corner, next(j))));
}

// Points at even steps along a line; its one point many times where it has no length.
function resampledLine(line, samples = STROKE_SAMPLES) {
  const at = [0];
  for (let k = 1; k < line.length; k++) at.push(at[k - 1] + farApart(line[k], line[k - 1]));
  const total = at[at.length - 1], out = [];
  for (let k = 0, j = 0; k < samples; k++) {
    const want = k === samples - 1 ? total : total * k / (samples - 1);
    while (j < at.length - 2 && at[j + 1] <= want) j++;
    const step = (at[j + 1] ?? at[j]) - at[j], share = step > 0 ? (want - at[j]) / step : 0, to = line[j + 1] ?? line[j];
    out.push([line[j][0] + share * (to[0] - line[j][0]), line[j][1] + share * (to[1] - line[j][1])]);
  }
  return out;
}

const strays = (line, other) => Math.max(...line.map((point) => Math.min(...other.map((one) => farApart(point, one)))));
const meanApart = (line, other) => line.reduce((sum, point, k) => sum + farApart(point, other[k]), 0) / line.length;

function judgeStroke(drawn, wanted, never, tolerance) {
  const line = drawn.points, sampled = resampledLine(line);
  const entered = [...new Set(never.filter(({ corners }) => strokeEnters(line, corners)).map(({ id }) => id))];
  let best = null;
  for (const one of wanted) {
    const target = resampledLine(one.points), along = meanApart(sampled, target), against = meanApart(sampled, [...target].reverse());
    if (!best || Math.min(along, against) < best.far) best = { far: Math.min(along, against), one, target, backwards: against < along };
  }
  const { one, target, backwards } = best;
  const start = farApart(sampled[0], target[0]), end = farApart(sampled[sampled.length - 1], target[target.length - 1]);
  const off = Math.max(strays(sampled, target), strays(target, sampled)), short = lineLength(line) < LEAST_STROKE_MM;
  const right = !entered.length && !short && !backwards && Math.max(start, end, off) <= tolerance;
  return { entered, short, stroke: one.id, backwards, start_mm: start, end_mm: end, off_mm: off, right };
}

// Slow is no mistake.
function paceOf(seconds, [least, most]) {
  if (seconds === null) return '';
  return seconds < least ? 'fast' : seconds > most ? 'slow' : 'fitting';
}

function judgeRound(drawn, wanted, never, roundSeconds, tolerance) {
  const strokes = drawn.map((one) => judgeStroke(one, wanted, never, tolerance)), found = strokes.map(({ stroke }) => stroke);
  const in_order = found.length === wanted.length && wanted.every(({ id }, k) => id === found[k]);
  const isTimed = drawn.length > 0 && drawn.every(({ times }) => times.length);
  const seconds = isTimed ? drawn[drawn.length - 1].times.at(-1) - drawn[0].times[0] : null;
  return {
    strokes, entered: [...new Set(strokes.flatMap(({ entered }) => entered))], missing: wanted.map(({ id }) => id).filter((id) => !found.includes(id)),
    in_order, seconds, pace: paceOf(seconds, roundSeconds), right: in_order && strokes.every(({ right }) => right),
  };
}
