// A plate as a bare picture, on which something is marked, chosen or painted. Stands on picture.js and controls.js, and
// knows nothing of questions. Places are sheet pixels.

const BOARD_WORDS = {
  drawing: 'The picture is still being drawn. The question can be answered without it.',
  failed: 'The picture could not be drawn. {0}', part: 'Part {0} of {1}, {2}', point: 'Point {0} of {1}, {2}',
  rows: ['upper', 'middle', 'lower'], columns: ['left', 'centre', 'right'], middle: 'centre',
};
const POINT_REACH_PX = 40; // a landmark is found within this distance (about 2 cm on the body)
const NEAR_PX = 6;
const LINES = [[[255, 255, 255], 8], [[11, 87, 164], 5]]; // round what is marked: a white line, and a blue one on it, in sheet pixels
const LINE_PX = 8;
const LEAST_SEEN_PX = 40; // as iliopsoas.widgets.places
const MIRRORED = new Set(['anterior', 'posterior', 'inferior']); // landmarks are named on one side of these

// ---- decoded packs and composed pictures are shared by all boards of a page that show the same

const decoded = new WeakMap();
const composed = recent(4);
let decodedCount = 0;

function sheetOf(pack) {
  if (!decoded.has(pack)) decoded.set(pack, { id: decodedCount++, sheet: readSheet(pack) });
  return decoded.get(pack);
}

async function baseOf(pack, on) {
  const { id, sheet } = sheetOf(pack), ready = await sheet;
  return composed.get(`${id} ${[...on]}`, () => composeBase(ready, new Set(on)));
}

// Where the labels of a plate end, with these layers shown.
function anchorsOf(head, on) {
  const peelable = head.layers.filter((layer) => !layer.locked);
  const mask = peelable.reduce((sum, layer, bit) => sum + (on.has(layer.id) ? 2 ** bit : 0), 0);
  const rows = head.layouts[head.labels[mask]] ?? [];
  return rows.map(([k, x, y]) => ({ ...head.names[k], x, y }));
}

class Board {
  constructor(words = {}) {
    this.words = { ...BOARD_WORDS, ...words };
    this.canvas = make('canvas', { role: 'img', width: 640, height: 900 });
    this.context = this.canvas.getContext('2d');
    this.marks = make('svg', { 'aria-hidden': 'true', focusable: 'false', class: 'bo-marks' });
    this.note = make('p', { class: 'bo-note' }, this.words.drawing);
    this.node = make('div', { class: 'bo-board' }, make('div', { class: 'bo-sheet' }, this.canvas, this.marks), this.note);
  }

  fail(text) { this.note.textContent = text ? fill(this.words.failed, text) : this.words.drawing; }

  // Show a pack with these layers. Resolves once it is there; false if another one was asked for in the meantime.
  async open(pack, on, alt) {
    this.asked = pack;
    this.canvas.setAttribute('aria-label', alt);
    const { head } = pack, order = head.layers.map((layer) => layer.id).filter((id) => on.includes(id));
    const base = await baseOf(pack, order);
    if (this.asked !== pack) return false;
    this.base = base;
    this.head = head;
    this.on = new Set(order);
    this.note.hidden = true;
    this.canvas.width = head.w;
    this.canvas.height = head.h;
    this.marks.setAttribute('viewBox', `0 0 ${head.w} ${head.h}`);
    this.light([]);
    return true;
  }

  // Light parts by their numbers, and ring the points among `points`.
  light(numbers, points = [], style = 'bo-ring') {
    light(this.base, numbers);
    this.context.putImageData(this.base.picture, 0, 0);
    this.marks.replaceChildren(...points.flatMap(({ x, y }) => [
      make('circle', { cx: x, cy: y, r: 15, class: 'bo-halo' }), make('circle', { cx: x, cy: y, r: 15, class: style }),
    ]));
    this.canvas.dataset.lit = [...numbers, ...points.map((point) => point.structure)].join(' ');
  }

  // Light parts, and draw a line round what is seen of them: their colour alone would not tell them from their neighbours.
  mark(numbers, points = []) {
    this.light(numbers, points);
    const { keys, w, h, dirty } = this.base;
    if (!numbers.length || !dirty) return;
    const [left, top] = [dirty[0] - LINE_PX, dirty[1] - LINE_PX], size = [dirty[2] - left + LINE_PX, dirty[3] - top + LINE_PX];
    const [shape, line] = [1, 2].map(() => Object.assign(document.createElement('canvas'), { width: size[0], height: size[1] }).getContext('2d'));
    const mask = shape.createImageData(...size);
    for (let y = Math.max(0, dirty[1]); y < Math.min(h, dirty[3]); y++) {
      for (let x = Math.max(0, dirty[0]); x < Math.min(w, dirty[2]); x++) {
        if (keys[y * w + x] >> 8 >= BURIED) mask.data[4 * ((y - top) * size[0] + x - left) + 3] = 255;
      }
    }
    for (const [colour, far] of LINES) {
      for (let p = 0; p < mask.data.length; p += 4) mask.data.set(colour, p);
      shape.putImageData(mask, 0, 0);
      for (let k = 0; k < 16; k++) line.drawImage(shape.canvas, far * Math.cos(k * Math.PI / 8), far * Math.sin(k * Math.PI / 8));
    }
    line.globalCompositeOperation = 'destination-out';
    line.drawImage(shape.canvas, 0, 0);
    this.context.drawImage(line.canvas, left, top);
  }

  // Everything that can be chosen: structures in sight, each with its parts, or points of bone, from the top down.
  targets(isPoint) {
    const { head } = this, found = isPoint ? this.points() : this.structures();
    const row = ({ y }) => Math.min(2, Math.floor(3 * y / head.h)), column = ({ x }) => Math.min(2, Math.floor(3 * x / head.w));
    found.sort((a, b) => row(a) - row(b) || a.y - b.y || a.x - b.x);
    const { rows, columns, middle } = this.words;
    return found.map((one, k) => {
      const where = row(one) === 1 && column(one) === 1 ? middle : `${rows[row(one)]} ${columns[column(one)]}`;
      return { ...one, text: fill(isPoint ? this.words.point : this.words.part, k + 1, found.length, where) };
    });
  }

  points() { return anchorsOf(this.head, this.on).filter((one) => !one.parts.length).map(({ structure, x, y }) => ({ structure, x, y, parts: [] })); }

  structures() {
    const { base, head } = this, sums = new Map();
    const add = (k, x, y) => {
      const part = head.byNumber[k];
      if (!part || part.parent) return;
      const key = `${part.structure} ${part.side}`;
      const sum = sums.get(key) ?? { structure: part.structure, side: part.side, n: 0, sx: 0, sy: 0 };
      sum.n++;
      sum.sx += x;
      sum.sy += y;
      sums.set(key, sum);
    };
    for (let y = 0, p = 0; y < base.h; y++) for (let x = 0; x < base.w; x++, p++) if (base.part[p]) add(base.part[p], x, y);
    for (const { image } of base.glass) {
      image.part.forEach((k, q) => { if (k) add(k, image.x + q % image.w, image.y + Math.floor(q / image.w)); });
    }
    return [...sums.values()].filter((sum) => sum.n >= LEAST_SEEN_PX).map(({ structure, side, n, sx, sy }) => ({
      structure, x: sx / n, y: sy / n, parts: this.numbers([structure], side),
    }));
  }

  numbers(structures, side = null) {
    const isMeant = (part) => !part.parent && structures.includes(part.structure) && (side === null || part.side === side);
    return this.head.parts.filter(isMeant).map((part) => part.i);
  }

  placeOf(event) {
    const box = this.canvas.getBoundingClientRect(), scale = this.canvas.width / box.width;
    return { x: Math.floor((event.clientX - box.left) * scale), y: Math.floor((event.clientY - box.top) * scale), scale };
  }

  // The target under a pointer, or undefined.
  targetAt(event, targets, isPoint) {
    const { x, y, scale } = this.placeOf(event), { head } = this;
    if (isPoint) {
      const sides = MIRRORED.has(head.view) ? [x, head.w - 1 - x] : [x];
      const far = (one) => Math.min(...sides.map((at) => Math.hypot(one.x - at, one.y - y)));
      const [nearest] = [...targets].sort((a, b) => far(a) - far(b));
      return nearest && far(nearest) <= POINT_REACH_PX ? nearest : undefined;
    }
    const found = numberNear(this.base, x, y, NEAR_PX * scale, event.pointerType === 'touch');
    const part = head.byNumber[found], number = part?.parent ? head.parts.find((one) => one.id === part.parent)?.i : found;
    return targets.find((one) => one.parts.includes(number));
  }
}
