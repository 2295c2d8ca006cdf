// The picture of a plate, composed in the browser from the layers of a pack, exactly as iliopsoas.plates.composite
// does it in Python, step for step; every constant comes in the pack's header, and a browser test compares the two.
// Stands on packs.js, in front of a card's own script: they are one ES module, without imports or a build step.

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// ---------------------------------------------------------------- compositing, steps 1 to 7

const BAND_ROWS = 60; // of a picture of 640 x 900 pixels: about three milliseconds' work

// What does not depend on what is lit: merged colour, depth and part, seams, shadow, resting keys, finished pixels.
// A generator, so that it can be done a little at a time; it gives the base in the end.
function* composing(sheet, on) {
  const { w, h } = sheet.head, n = w * h;
  const shown = sheet.layers.filter((layer) => layer.image && on.has(layer.id));
  const base = {
    sheet, on, w, h, shown, opaque: shown.filter((layer) => !layer.glass), glass: shown.filter((layer) => layer.glass),
    colour: new Float32Array(3 * n), cover: new Float32Array(n), depth: new Uint16Array(n), part: new Uint8Array(n),
    layer: new Uint8Array(n), rest: new Uint16Array(n), keys: new Uint16Array(n), picture: new ImageData(w, h),
    dirty: null, lit: new Uint8Array(256),
  };
  const bands = Array.from({ length: Math.ceil(h / BAND_ROWS) }, (_, k) => [k * BAND_ROWS, min(h, (k + 1) * BAND_ROWS)]);
  for (const band of bands) { mergeLayers(base, ...band); yield null; }
  for (const band of bands) { drawSeams(base, sheet.head.seam, ...band); yield null; }
  const shadow = blurredDepth(base, sheet.head.shadow);
  for (const band of bands) { castShadow(base, sheet.head.shadow, shadow, ...band); yield null; }
  restingKeys(base);
  base.keys.set(base.rest);
  base.fade = [w, h].map((size) => fadeOf(size, sheet.head.fade));
  base.out = new Uint32Array(base.picture.data.buffer);
  base.plain = new Uint32Array(n);
  yield null;
  for (const [top, bottom] of bands) { paintRect(base, [0, top, w, bottom], true); yield null; }
  base.plain.set(base.out);
  for (const [top, bottom] of bands) { paintRect(base, [0, top, w, bottom], false); yield null; }
  return base;
}

function finished(job) {
  for (;;) {
    const { done, value } = job.next();
    if (done) return value;
  }
}

const composeBase = (sheet, on) => finished(composing(sheet, on));

// Do a job a few milliseconds at a time, so that the reader never waits for it; null once it is no longer wanted.
async function inSlices(job, isWanted, pause) {
  for (;;) {
    await pause();
    if (!isWanted()) return null;
    for (const until = performance.now() + SLICE_MS; performance.now() < until;) {
      const { done, value } = job.next();
      if (done) return value;
    }
  }
}

const SLICE_MS = 5;
const atOnce = () => new Promise((go) => { // after what the reader did meanwhile; timers would wait longer
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { port1.close(); go(); };
  port2.postMessage(0);
});
const whenIdle = () => new Promise((go) => {
  if (window.requestIdleCallback) requestIdleCallback(go, { timeout: 200 });
  else setTimeout(go, 10);
});

function mergeLayers({ w, opaque, colour, cover, depth, part, layer }, top, bottom) {
  const near = new Array(opaque.length), at = new Int32Array(opaque.length);
  for (let y = top, p = top * w; y < bottom; y++) {
    const rows = opaque.filter(({ image }) => y >= image.y && y < image.y + image.h);
    for (let x = 0; x < w; x++, p++) {
      let count = 0;
      for (const one of rows) {
        const m = one.image, q = (y - m.y) * m.w + x - m.x;
        if (x < m.x || x >= m.x + m.w || !m.ink[4 * q + 3]) continue;
        let k = count++; // insertion sort, nearest first; of equals the later layer first
        for (; k && near[k - 1].image.depth[at[k - 1]] <= m.depth[q]; k--) { near[k] = near[k - 1]; at[k] = at[k - 1]; }
        near[k] = one;
        at[k] = q;
      }
      for (let k = 0; k < count; k++) {
        const m = near[k].image, q = 4 * at[k], share = (1 - cover[p]) * m.ink[q + 3] / 255;
        for (let c = 0; c < 3; c++) colour[3 * p + c] += m.ink[q + c] * share;
        cover[p] += share;
        if (!layer[p] && m.ink[q + 3] >= 128) {
          layer[p] = near[k].number;
          depth[p] = m.depth[at[k]];
          part[p] = m.part[at[k]];
        }
      }
    }
  }
}

function drawSeams({ w, h, colour, depth, layer }, { jump, strength, gain }, top, bottom) {
  for (let y = top, p = top * w; y < bottom; y++) {
    for (let x = 0; x < w; x++, p++) {
      if (!layer[p]) continue;
      let count = 0;
      for (let j = Math.max(0, y - 1); j <= Math.min(h - 1, y + 1); j++) {
        for (let i = Math.max(0, x - 1); i <= Math.min(w - 1, x + 1); i++) {
          const q = j * w + i;
          if (layer[q] && layer[q] !== layer[p] && Math.abs(depth[q] - depth[p]) <= jump) count++;
        }
      }
      if (!count) continue;
      const factor = 1 - strength * Math.min(1, count * gain);
      for (let c = 0; c < 3; c++) colour[3 * p + c] *= factor;
    }
  }
}

// Windowed sums along one axis; what lies outside the grid counts nothing.
function boxSum(from, length, lines, step, stride, radius) {
  const to = new Float64Array(from.length);
  for (let line = 0; line < lines; line++) {
    let sum = 0;
    for (let i = -radius; i < length; i++) {
      if (i + radius < length) sum += from[line * stride + (i + radius) * step];
      if (i - radius > 0) sum -= from[line * stride + (i - radius - 1) * step];
      if (i >= 0) to[line * stride + i * step] = sum;
    }
  }
  return to;
}

function blurredDepth({ w, h, depth }, { grid, rings }) {
  const gw = Math.ceil(w / grid), gh = Math.ceil(h / grid);
  const far = new Float64Array(gw * gh), mask = new Float64Array(gw * gh);
  for (let j = 0, k = 0; j < gh; j++) {
    for (let i = 0; i < gw; i++, k++) {
      far[k] = depth[j * grid * w + i * grid];
      mask[k] = far[k] > 0 ? 1 : 0;
    }
  }
  const blur = (a, r) => boxSum(boxSum(a, gw, gh, 1, gw, r), gh, gw, gw, 1, r);
  return rings.map((ring) => ({
    ...ring, sum: blur(blur(far, ring.r1), ring.r2), count: blur(blur(mask, ring.r1), ring.r2),
  }));
}

function castShadow({ w, h, colour, cover, depth }, { grid, low, strength, rings }, blurred, top, bottom) {
  const gw = Math.ceil(w / grid), gh = Math.ceil(h / grid);
  for (let y = top, p = top * w; y < bottom; y++) {
    const cy = Math.floor(y / grid), fy = (y % grid) / grid;
    for (let x = 0; x < w; x++, p++) {
      if (!depth[p]) continue;
      const cx = Math.floor(x / grid), fx = (x % grid) / grid;
      let shade = 0;
      for (const { sum, count, range, shift } of blurred) {
        const i0 = clamp(cx - shift[0], 0, gw - 1), i1 = clamp(cx + 1 - shift[0], 0, gw - 1);
        const j0 = gw * clamp(cy - shift[1], 0, gh - 1), j1 = gw * clamp(cy + 1 - shift[1], 0, gh - 1);
        const a = (1 - fx) * (1 - fy), b = fx * (1 - fy), c = (1 - fx) * fy, d = fx * fy;
        const near = count[j0 + i0] * a + count[j0 + i1] * b + count[j1 + i0] * c + count[j1 + i1] * d;
        const mean = sum[j0 + i0] * a + sum[j0 + i1] * b + sum[j1 + i0] * c + sum[j1 + i1] * d;
        const over = near > 0 ? (mean / near - depth[p]) / range : 0; // far cover casts less than near cover
        shade += over > 0 ? over / (1 + over * over / 4) : Math.max(over, -low);
      }
      shade /= rings.length;
      for (let c = 0; c < 3; c++) {
        colour[3 * p + c] = Math.min(colour[3 * p + c] * (1 - strength[c] * shade), 255 * cover[p]);
      }
    }
  }
}

// Keys say what is drawn over the merged picture: 256 * state + number (of the layer for a ghost, else of the part).
// A later key wins if its state is not lower.
const GHOST = 1, AREA = 2, BURIED = 3, LIT = 4;

function forPixels({ w }, image, [x0, y0, x1, y1], visit) {
  const left = Math.max(x0, image.x), right = Math.min(x1, image.x + image.w);
  for (let y = Math.max(y0, image.y); y < Math.min(y1, image.y + image.h); y++) {
    for (let x = left; x < right; x++) visit(y * w + x, (y - image.y) * image.w + x - image.x);
  }
}

// The layer of an area's bone must be shown for the area to be there at all.
function presentAreas({ sheet, on }) {
  const layerOf = Object.fromEntries(sheet.head.parts.map((part) => [part.id, part.layer]));
  return Uint8Array.from({ length: 256 }, (_, k) => (on.has(layerOf[sheet.head.byNumber[k]?.parent]) ? 1 : 0));
}

// Numbers of the parts that pass a test, as a table of 256.
const numbersOf = (head, test) => Uint8Array.from(
  { length: 256 }, (_, k) => (head.byNumber[k] && test(head.byNumber[k]) ? 1 : 0),
);

// A ghost shows only under something hard; an area of glass bone is not painted over the muscle behind it.
function restingKeys(base) {
  const { sheet: { head, areas }, on, depth, part, rest } = base, all = [0, 0, base.w, base.h];
  const hard = numbersOf(head, (row) => row.hard);
  const glazed = new Set(head.layers.filter((layer) => layer.glass).map((layer) => layer.id));
  const inGlass = numbersOf(head, (row) => glazed.has(row.layer));
  for (const { ghost, image, number } of base.opaque) {
    if (!ghost) continue;
    forPixels(base, image, all, (p, q) => {
      if (image.ink[4 * q + 3] >= 128 && hard[part[p]] && depth[p] > image.depth[q] + head.eps) {
        rest[p] = 256 * GHOST + number;
      }
    });
  }
  base.present = presentAreas(base);
  if (!areas || !on.has('areas')) return;
  forPixels(base, areas, all, (p, q) => {
    const k = areas.part[q];
    const clean = inGlass[k] && part[p] && !hard[part[p]];
    if (base.present[k] && !clean && depth[p] <= areas.depth[q] + head.eps) rest[p] = 256 * AREA + k;
  });
}

// Rectangles are [left, top, right, bottom], or null for none.
const join = (a, b) => (a && b ? [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])] : a ?? b);

// Light a set of part and area numbers; returns the rectangle of the picture that changed, or null.
function light(base, lit) {
  const { sheet: { head, areas }, keys, rest, depth, w, h } = base;
  const before = base.dirty, flags = new Uint8Array(256);
  for (const k of lit) flags[k] = 1;
  for (let y = before?.[1]; y < before?.[3]; y++) {
    const from = y * w + before[0];
    keys.set(rest.subarray(from, y * w + before[2]), from);
  }
  base.lit = flags;
  base.dirty = null;
  const mark = (image, allowed) => {
    const box = image.boxes.reduce((sum, one, k) => (flags[k] && allowed(k) ? join(sum, one) : sum), null);
    if (!box) return;
    base.dirty = join(base.dirty, box);
    forPixels(base, image, box, (p, q) => {
      const k = image.part[q];
      if (!flags[k] || !allowed(k) || (image.ink && image.ink[4 * q + 3] < 128)) return;
      const state = depth[p] > image.depth[q] + head.eps ? BURIED : LIT;
      if (state >= keys[p] >> 8) keys[p] = 256 * state + k;
    });
  };
  for (const { image } of base.shown) mark(image, () => true);
  if (areas) mark(areas, (k) => base.present[k]);
  const changed = join(before, base.dirty);
  if (!changed) return null;
  const rect = [max(0, changed[0] - 1), max(0, changed[1] - 1), min(w, changed[2] + 1), min(h, changed[3] + 1)];
  paintRect(base, rect, false);
  return rect;
}

function fadeOf(size, px) {
  const ease = (d) => { const t = Math.min(1, (d + 0.5) / px); return t * t * (3 - 2 * t); };
  return Float64Array.from({ length: size }, (_, i) => (px ? ease(i) * ease(size - 1 - i) : 1));
}

const rgbOf = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

function tintTables(head) {
  const ghosts = new Uint8Array(768), parts = new Uint8Array(768);
  head.layers.forEach((layer, k) => { if (layer.ghost) ghosts.set(rgbOf(layer.colour), 3 * (k + 1)); });
  for (const part of head.parts) parts.set(rgbOf(part.tint), 3 * part.i);
  return [null, ghosts, parts, parts, parts];
}

// Steps 5 to 7 for one rectangle. With `bare` the keys are left out: what is under them, kept in base.plain.
function paintRect(base, [x0, y0, x1, y1], bare) {
  const { sheet: { head }, w, h, keys, out, plain, depth, glass } = base, pen = [0, 0, 0, 0];
  const tables = base.tables ??= tintTables(head);
  for (let y = y0; y < y1; y++) {
    const up = y > 0 ? -w : 0, down = y < h - 1 ? w : 0;
    for (let x = x0, p = y * w + x0; x < x1; x++, p++) {
      const left = x > 0 ? -1 : 0, right = x < w - 1 ? 1 : 0;
      const keyed = !bare && (keys[p] | keys[p + left] | keys[p + right]
        | keys[p + up] | keys[p + up + left] | keys[p + up + right]
        | keys[p + down] | keys[p + down + left] | keys[p + down + right]);
      if (!keyed && !bare) { out[p] = plain[p]; continue; }
      if (!keyed && !base.cover[p] && !glass.length) { out[p] = 0; continue; }
      for (let c = 0; c < 3; c++) pen[c] = base.colour[3 * p + c];
      pen[3] = base.cover[p];
      if (keyed) paintKey(base, head.tints, tables, x, y, pen);
      for (const { image } of glass) layGlass(image, x, y, depth[p], pen);
      const [r, g, b, cover] = pen, alpha = Math.floor(255 * cover * base.fade[0][x] * base.fade[1][y] + 0.5);
      const level = (value) => Math.floor(Math.min(255, value / cover) + 0.5);
      out[p] = cover ? (alpha << 24 | level(b) << 16 | level(g) << 8 | level(r)) >>> 0 : 0; // little-endian RGBA
    }
  }
}

const sums = new Float64Array(7); // tint r g b, outline r g b, tint weight: reused for every pixel
function paintKey({ w, h, keys }, tints, tables, x, y, pen) {
  const own = keys[y * w + x];
  let count = 0, edges = 0, top = 0;
  sums.fill(0);
  for (let j = y - 1; j <= y + 1; j++) {
    for (let i = x - 1; i <= x + 1; i++) {
      const key = i < 0 || j < 0 || i >= w || j >= h ? 0 : keys[j * w + i], state = key >> 8;
      if (key !== own) edges++;
      if (!state) continue;
      const table = tables[state], at = 3 * (key & 255);
      const weight = tints.fill[state] * (state === BURIED ? tints.hatch[(i + j) & 7] : 1) / 9;
      for (let c = 0; c < 3; c++) { sums[c] += table[at + c] * weight; sums[3 + c] += table[at + c]; }
      sums[6] += weight;
      count++;
      if (state > top) top = state;
    }
  }
  const cover = pen[3], keep = 1 - sums[6];
  const lum = cover > 0 ? (0.299 * pen[0] + 0.587 * pen[1] + 0.114 * pen[2]) / (255 * cover) : 1;
  const glow = top === BURIED ? 1 : Math.min(tints.lum[0] + tints.lum[1] * lum, 1); // not dark under dark flesh
  const dash = ((x + 2 * y) >> 3) & 1;
  const edge = Math.min(1, edges * tints.gain) * tints.edge[top] * (top === GHOST || top === BURIED ? dash : 1);
  for (let c = 0; c < 3; c++) {
    const tinted = pen[c] * keep + sums[c] * glow;
    pen[c] = tinted * (1 - edge) + (sums[3 + c] / count) * tints.line * edge;
  }
  pen[3] = (cover * keep + sums[6]) * (1 - edge) + edge;
}

function layGlass(image, x, y, depth, pen) {
  const q = (y - image.y) * image.w + x - image.x;
  if (x < image.x || y < image.y || x >= image.x + image.w || y >= image.y + image.h || !image.ink[4 * q + 3]) return;
  const a = image.ink[4 * q + 3] / 255, front = image.depth[q] >= depth;
  const over = front ? a : (1 - pen[3]) * a, under = front ? 1 - a : 1;
  for (let c = 0; c < 3; c++) pen[c] = image.ink[4 * q + c] * over + pen[c] * under;
  pen[3] = over + pen[3] * under;
}

// ---------------------------------------------------------------- hit testing

// Number of the area or part at a pixel, 0 for none: a visible area, else the merged picture, else glass.
function numberAt({ sheet, w, h, keys, part, glass }, x, y) {
  if (x < 0 || y < 0 || x >= w || y >= h) return 0;
  const at = (m) => (x >= m.x && y >= m.y && x < m.x + m.w && y < m.y + m.h ? (y - m.y) * m.w + x - m.x : -1);
  const p = y * w + x, { areas } = sheet, q = areas ? at(areas) : -1;
  const area = q < 0 ? 0 : areas.part[q];
  if (area && (keys[p] & 255) === area && (keys[p] >> 8 === AREA || keys[p] >> 8 === LIT)) return area;
  if (part[p]) return part[p];
  return glass.reduce((found, { image }) => (at(image) < 0 ? found : image.part[at(image)] || found), 0);
}

// As numberAt, but a finger or a near miss still finds: nothing, or a bulky part beside a thin one, gives way to the
// nearest answer within `reach` sheet pixels. Areas lie on their bone and never win over it from outside.
function numberNear(base, x, y, reach, isTouch) {
  const exact = numberAt(base, x, y), { byNumber } = base.sheet.head;
  const thickness = (k) => Math.max(0, ...base.shown.map(({ image }) => image.thick[k]));
  const thin = (k) => !byNumber[k].parent && thickness(k) < 2 * reach;
  if (exact && (!isTouch || byNumber[exact].parent || thin(exact))) return exact;
  let best = exact, nearest = reach * reach + 1;
  for (let j = -Math.ceil(reach); j <= reach; j++) {
    for (let i = -Math.ceil(reach); i <= reach; i++) {
      if (i * i + j * j >= nearest) continue;
      const found = numberAt(base, x + i, y + j);
      if (found && (!exact || thin(found))) { best = found; nearest = i * i + j * j; }
    }
  }
  return best;
}
